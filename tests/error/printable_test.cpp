#include "runner/error/printable.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace runner {
namespace {

using namespace std::string_view_literals;

TEST(Printable, LeavesTextAsItIs) {
  for (const char* text : {"", "sweep 1, ~!", "für Leser", "▁█±–", "学習", "שלום", "e\u0301",
                           "\xF0\x9F\x98\x80", "\u2764\uFE0F", "می\u200Cخواهم", "a\u200Db", "\uFFFD"})
    EXPECT_EQ(printable(text), text);
}

TEST(Printable, ShowsNothingThatATerminalWouldObey) {
  EXPECT_EQ(printable("a\x1b[2Jb"), "a\uFFFD[2Jb");
  EXPECT_EQ(printable("a\r\n\tb\x7F"), "a\uFFFD\uFFFD\uFFFDb\uFFFD");
  EXPECT_EQ(printable("a\0b"sv), "a\uFFFDb");
  EXPECT_EQ(printable("a\u009B2Jb"), "a\uFFFD2Jb");  // the control sequence introducer as one character
}

TEST(Printable, ShowsNothingThatIsNotSeenOrTurnsText) {
  for (const char* text : {"\u0080", "\u0085", "\u009F", "\u00AD", "\u061C",     "\u180E",     "\u200B",
                           "\u200E", "\u200F", "\u2028", "\u2029", "\u202A",     "\u202B",     "\u202C",
                           "\u202D", "\u202E", "\u2060", "\u2066", "\u2067",     "\u2068",     "\u2069",
                           "\u3164", "\uFEFF", "\uFFF9", "\uFFFE", "\U0001FFFF", "\U000E0041", "\U0010FFFF"})
    EXPECT_EQ(printable(std::string("a") + text + "b"), "a\uFFFDb");
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

TEST(PrintableLines, KeepsLinesAndTabs) {
  EXPECT_EQ(printable_lines("{\r\n\t\"a\": 1,\n\n}\r\n"), "{\n\t\"a\": 1,\n\n}\n");
  EXPECT_EQ(printable_lines(""), "");
}

TEST(PrintableLines, KeepsNothingElse) {
  EXPECT_EQ(printable_lines("a\rb\x1b[2J\0\u202E\x9B\r"sv), "a\uFFFDb\uFFFD[2J\uFFFD\uFFFD\uFFFD\uFFFD");
}

}  // namespace
}  // namespace runner
