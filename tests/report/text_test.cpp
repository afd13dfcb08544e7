#include "text.hpp"

#include <gtest/gtest.h>

namespace runner {
namespace {

TEST(WidthOf, CountsCharacters) {
  EXPECT_EQ(width_of(""), 0u);
  EXPECT_EQ(width_of("gap"), 3u);
  EXPECT_EQ(width_of("0.1±.002 ▁█ ü"), 13u);
}

TEST(WidthOf, CountsThePlacesThatATerminalGives) {
  EXPECT_EQ(width_of("学習"), 4u);
  EXPECT_EQ(width_of("한글 カ ｶ Ａ"), 4u + 1 + 2 + 1 + 1 + 1 + 2);
  EXPECT_EQ(width_of("\U0001F600!"), 3u);
  EXPECT_EQ(width_of("\u4E00\U00020000\U0003134A"), 6u);
  EXPECT_EQ(width_of("\u1112\u1161\u11AB"), 2u);     // a Hangul syllable in three parts
  EXPECT_EQ(width_of("\u0915\u093E"), 2u);           // a vowel sign beside its letter
  EXPECT_EQ(width_of("e\u0301 a\u0308\u0323"), 3u);  // accents stand over the letter before
  EXPECT_EQ(width_of("\u2764\uFE0F"), 1u);
  EXPECT_EQ(width_of("\uFFFD▁±…"), 4u);
  EXPECT_EQ(width_of("a\xFF"), 2u);
}

TEST(Cut, KeepsCharactersWhole) {
  EXPECT_EQ(cut("▁▂▃", 2), "▁▂");
  EXPECT_EQ(cut("▁▂▃", 3), "▁▂▃");
  EXPECT_EQ(cut("▁▂▃", 9), "▁▂▃");
  EXPECT_EQ(cut("abc", 0), "");
  EXPECT_EQ(cut("学習", 3), "学");
  EXPECT_EQ(cut("学習", 4), "学習");
  EXPECT_EQ(cut("ae\u0301b", 2), "ae\u0301");
}

TEST(Padded, CountsCharactersToo) {
  EXPECT_EQ(pad_right("▁▂", 4), "▁▂  ");
  EXPECT_EQ(pad_right("abcde", 4), "abcde");
  EXPECT_EQ(pad_right("学", 4), "学  ");
  EXPECT_EQ(pad_right("e\u0301", 2), "e\u0301 ");
}

}  // namespace
}  // namespace runner
