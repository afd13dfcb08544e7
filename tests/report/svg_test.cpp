#include "svg.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {
namespace {

const std::string replacement = "\xEF\xBF\xBD";  // U+FFFD

TEST(XmlText, HoldsNoMarkup) {
  EXPECT_EQ(xml_text("<b>\"R&D\"</b> ]]>"), "&lt;b&gt;&quot;R&amp;D&quot;&lt;/b&gt; ]]&gt;");
  EXPECT_EQ(xml_text("&amp;"), "&amp;amp;");
  EXPECT_EQ(xml_text(""), "");
}

TEST(XmlText, HoldsWhatIsUtf8) {
  EXPECT_EQ(xml_text("Größe − 学習 \xF0\x9F\x98\x80"), "Größe − 学習 \xF0\x9F\x98\x80");
}

TEST(XmlText, ReplacesWhatXmlMayNotHold) {
  EXPECT_EQ(xml_text(std::string("a\0b\x01", 4)), "a" + replacement + "b" + replacement);
  EXPECT_EQ(xml_text("\t\n"), "\t\n");
  EXPECT_EQ(xml_text("\xEF\xBF\xBE"), replacement);  // U+FFFE
}

TEST(XmlText, ReplacesWhatIsNotSeenOrTurnsText) {
  EXPECT_EQ(
      xml_text("a\u0085b\u202Ec\u2028d\u200Be\x7F"),
      "a" + replacement + "b" + replacement + "c" + replacement + "d" + replacement + "e" + replacement);
}

TEST(XmlText, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(xml_text("a\xFF<"), "a" + replacement + "&lt;");
  EXPECT_EQ(xml_text("\xC3"), replacement);                                      // cut short
  EXPECT_EQ(xml_text("\xC3<"), replacement + "&lt;");                            // hides no markup
  EXPECT_EQ(xml_text("\xC0\xBC"), replacement + replacement);                    // '<', written too long
  EXPECT_EQ(xml_text("\xED\xA0\x80"), replacement + replacement + replacement);  // a surrogate
  EXPECT_EQ(xml_text("\xF4\x90\x80\x80"), replacement + replacement + replacement + replacement);
}

TEST(Coordinate, IsShort) {
  EXPECT_EQ(coordinate(0), "0");
  EXPECT_EQ(coordinate(-0.001), "0");
  EXPECT_EQ(coordinate(100), "100");
  EXPECT_EQ(coordinate(12.5), "12.5");
  EXPECT_EQ(coordinate(-1.237), "-1.24");
}

TEST(TextWidth, IsThatOfItsCharacters) {
  EXPECT_DOUBLE_EQ(text_width("00", 10), 2 * text_width("0", 10));
  EXPECT_DOUBLE_EQ(text_width("ö", 10), text_width("o", 10));
  EXPECT_DOUBLE_EQ(text_width("0", 20), 2 * text_width("0", 10));
  EXPECT_LT(text_width("i", 10), text_width("W", 10));
  EXPECT_DOUBLE_EQ(text_width("e\u0301", 10), text_width("e", 10));
  EXPECT_DOUBLE_EQ(text_width("学習", 10), 20);
  EXPECT_DOUBLE_EQ(text_width("\xFF", 10), text_width("\uFFFD", 10));
}

TEST(Wrapped, BreaksBetweenWords) {
  const double width = text_width("aaa bbb", 10);
  EXPECT_EQ(wrapped("aaa bbb ccc", 10, width), "aaa bbb\nccc");
  EXPECT_EQ(wrapped("aaaaaaaaaaaa b", 10, width), "aaaaaaaaaaaa\nb");
  EXPECT_EQ(wrapped("aaa", 10, width), "aaa");
  EXPECT_EQ(wrapped("", 10, width), "");
}

TEST(Shortened, KeepsWholeCharacters) {
  EXPECT_EQ(shortened("öööö", 10, text_width("öööö", 10)), "öööö");
  const std::string cut = shortened("öööö", 10, text_width("öö…", 10));
  EXPECT_EQ(cut, "öö…");
  EXPECT_EQ(shortened("ö", 10, 0), "…");
}

TEST(SvgDocument, IsWhatWasDrawn) {
  Svg svg;
  svg.rectangle({1, 2, 3, 4}, "#fff");
  svg.stroke(Path().move(0, 0).line(10, 2.5), {"#00f", 1.5, "6 3", 0.5});
  svg.fill(Path().circle(5, 5, 2), {"#f00"});
  svg.text(7, 8, "a<b", {.size = 12, .anchor = Anchor::end, .bold = true, .upwards = true});
  EXPECT_EQ(
      svg.document(100, 50, "R&D", "all"),
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"50\" viewBox=\"0 0 100 50\" "
      "font-family=\"Helvetica, Arial, 'Liberation Sans', sans-serif\" stroke-linejoin=\"round\">\n"
      "<title>R&amp;D</title>\n<desc>all</desc>\n<rect width=\"100\" height=\"50\" fill=\"#fff\"/>\n"
      "<rect x=\"1\" y=\"2\" width=\"3\" height=\"4\" fill=\"#fff\" shape-rendering=\"crispEdges\"/>\n"
      "<path d=\"M0 0L10 2.5\" fill=\"none\" stroke=\"#00f\" stroke-width=\"1.5\" stroke-dasharray=\"6 3\" "
      "stroke-opacity=\"0.5\"/>\n"
      "<path d=\"M3 5a2 2 0 1 0 4 0a2 2 0 1 0 -4 0z\" fill=\"#f00\"/>\n"
      "<text x=\"7\" y=\"8\" font-size=\"12\" text-anchor=\"end\" fill=\"#000\" font-weight=\"bold\" "
      "transform=\"rotate(-90 7 8)\">a&lt;b</text>\n"
      "</svg>\n");
}

TEST(SvgDocument, LeavesOutWhatHasNoOutline) {
  Svg svg;
  svg.stroke(Path(), {});
  svg.fill(Path(), {});
  EXPECT_EQ(svg.document(1, 1, "", ""), Svg().document(1, 1, "", ""));
}

}  // namespace
}  // namespace runner
