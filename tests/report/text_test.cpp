#include "text.hpp"

#include <gtest/gtest.h>

namespace runner {
namespace {

TEST(WidthOf, CountsCharacters) {
  EXPECT_EQ(width_of(""), 0u);
  EXPECT_EQ(width_of("gap"), 3u);
  EXPECT_EQ(width_of("0.1±.002 ▁█ ü"), 13u);
}

TEST(Cut, KeepsCharactersWhole) {
  EXPECT_EQ(cut("▁▂▃", 2), "▁▂");
  EXPECT_EQ(cut("▁▂▃", 3), "▁▂▃");
  EXPECT_EQ(cut("▁▂▃", 9), "▁▂▃");
  EXPECT_EQ(cut("abc", 0), "");
}

TEST(Padded, CountsCharactersToo) {
  EXPECT_EQ(padded("▁▂", 4), "▁▂  ");
  EXPECT_EQ(padded("abcde", 4), "abcde");
}

TEST(Printable, LeavesTextAsItIs) {
  for (const char* text : {"", "sweep 1, ~!", "für Leser", "▁█±–", "学習", "\xF0\x9F\x98\x80"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, ShowsNothingThatATerminalWouldObey) {
  EXPECT_EQ(printable("a\x1b[2Jb"), "a\uFFFD[2Jb");
  EXPECT_EQ(printable("a\r\n\tb\x7F"), "a\uFFFD\uFFFD\uFFFDb\uFFFD");
  EXPECT_EQ(printable("a\u009B2Jb"), "a\uFFFD2Jb");  // the control sequence introducer as one character
  EXPECT_EQ(printable("a\u202Eb\u200Bc\uFEFF"), "a\uFFFDb\uFFFDc\uFFFD");
}

TEST(Printable, ShowsBytesThatAreNoUtf8AsReplacements) {
  EXPECT_EQ(printable("a\x9B"
                      "2J"),
            "a\uFFFD2J");                                                // the same as a byte
  EXPECT_EQ(printable("\xC0\x9B"), "\uFFFD\uFFFD");                      // an overlong form of it
  EXPECT_EQ(printable("\xE0\x82\x9B"), "\uFFFD\uFFFD\uFFFD");            // and another
  EXPECT_EQ(printable("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");            // half of a pair
  EXPECT_EQ(printable("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // above the last
  EXPECT_EQ(printable("a\xE2\x96"), "a\uFFFD\uFFFD");                    // cut off
  EXPECT_EQ(printable("\xE2(\xA1"), "\uFFFD(\uFFFD");
}

}  // namespace
}  // namespace runner
