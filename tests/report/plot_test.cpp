#include "plot.hpp"

#include "colour_map.hpp"

#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Without ticks a frame's labels take 39 pixels on the left: the plot is 100 wide from there, 200 high
/// from 10.
class FrameOf : public testing::Test {
 protected:
  std::string drawn() const { return svg_.document(1, 1, "", ""); }
  bool has(std::string_view text) const { return drawn().find(text) != std::string::npos; }

  Svg svg_;
  Frame frame_{svg_, 0, 139, 10, 200, {{0, 10}, "x"}, {{0, 1}, "y"}};
};

TEST_F(FrameOf, PutsNumbersWhereTheyBelong) {
  EXPECT_DOUBLE_EQ(frame_.x(0), 39);
  EXPECT_DOUBLE_EQ(frame_.x(5), 89);
  EXPECT_DOUBLE_EQ(frame_.x(10), 139);
  EXPECT_DOUBLE_EQ(frame_.y(0), 210);
  EXPECT_DOUBLE_EQ(frame_.y(0.25), 160);
  EXPECT_DOUBLE_EQ(frame_.y(1), 10);
}

TEST_F(FrameOf, IsLogarithmicWhereItsScaleIs) {
  const Frame frame(svg_, 0, 139, 10, 200, {{1, 100, true}, "x"}, {{0, 1}, "y"});
  EXPECT_DOUBLE_EQ(frame.x(10), 89);
}

TEST_F(FrameOf, DrawsLinesMarkersAndBars) {
  const std::vector<Point> points{{0, 0}, {5, 0.5, 1, 0.25}};
  frame_.line(points, {.dash = test_dash});
  EXPECT_TRUE(has("d=\"M39 210L89 110\""));
  EXPECT_TRUE(has("stroke-dasharray=\"6 3\""));
  frame_.markers(points, series_style(0), 3);
  EXPECT_TRUE(has("d=\"M36 210a3 3 0 1 0 6 0a3 3 0 1 0 -6 0zM86 110a3 3 0 1 0 6 0a3 3 0 1 0 -6 0z\""));
  frame_.bars(points, {}, {.cap = 0});
  EXPECT_TRUE(has("d=\"M79 110L99 110M89 160L89 60\""));
}

TEST_F(FrameOf, DrawsBandsUpAndDownAgain) {
  frame_.band(std::vector<Point>{{0, 0.5, 0, 0.25}, {10, 0.5, 0, 0.25}}, series_style(1));
  EXPECT_TRUE(has("d=\"M39 60L139 60L139 160L39 160z\" fill=\"#d55e00\""));
}

TEST_F(FrameOf, BreaksLinesWhereThereIsNoNumber) {
  frame_.line(std::vector<Point>{{0, 0}, {1, 0}, {2, nan}, {3, 0}, {4, 0}}, {});
  EXPECT_TRUE(has("d=\"M39 210L49 210M69 210L79 210\""));
}

TEST_F(FrameOf, DrawsNoIntervalThatIsNotKnown) {
  const std::string before = drawn();
  frame_.bars(std::vector<Point>{{5, 0.5, nan, nan}}, {});
  frame_.band(std::vector<Point>{{1, 0.5, nan, nan}, {2, 0.5, nan, nan}}, {});
  EXPECT_EQ(drawn(), before);
}

TEST_F(FrameOf, KeepsWhatReachesBeyondInside) {
  frame_.bars(std::vector<Point>{{5, 0.9, 0, 0.5}}, {}, {.cap = 0});
  EXPECT_TRUE(has("d=\"M89 130L89 10\""));
}

TEST_F(FrameOf, LeavesOutLabelsThatWouldOverlap) {
  std::vector<std::string> labels;
  for (int i = 0; i < 50; ++i) labels.push_back(std::to_string(1000 + i));
  Svg svg;
  const Frame frame(svg, 0, 300, 10, 100, {category_scale(labels), "x"}, {category_scale(labels), "y"});
  const std::string document = svg.document(1, 1, "", "");
  EXPECT_NE(document.find(">1000<"), std::string::npos);
  EXPECT_EQ(document.find(">1001<"), std::string::npos);
}

TEST(Looks, DifferInColourAndMarker) {
  std::set<std::string_view> colours;
  std::set<Marker> markers;
  for (std::size_t i = 0; i < series_styles; ++i) {
    colours.insert(series_style(i).colour);
    markers.insert(series_style(i).marker);
  }
  EXPECT_EQ(colours.size(), series_styles);
  EXPECT_EQ(markers.size(), series_styles);
  EXPECT_EQ(series_style(series_styles).colour, series_style(0).colour);
}

TEST(SheetOf, ShortensLongNamesButNotWhatItShows) {
  Sheet sheet(300, std::string(500, 'n'), "gap by loss");
  const std::string svg = sheet.finish("f.svg", "").svg;
  EXPECT_NE(svg.find("n…: gap by loss</text>"), std::string::npos);
  EXPECT_NE(svg.find("<title>" + std::string(500, 'n') + ": gap by loss</title>"), std::string::npos);
}

TEST(SheetOf, PutsLegendEntriesIntoAsManyLinesAsTheyNeed) {
  Sheet sheet(300, "made", "nothing");
  const double top = sheet.bottom();
  sheet.legend(std::vector<LegendEntry>{{"a", series_style(0)}, {"b", series_style(1)}});
  const double line = sheet.bottom() - top;
  sheet.legend(std::vector<LegendEntry>{{std::string(30, 'a'), series_style(0)},
                                        {std::string(30, 'b'), series_style(1)}});
  EXPECT_GT(sheet.bottom() - top - line, line);
}

TEST(ShadeOf, IsThePlaceInARange) {
  EXPECT_EQ(shade_of(1, {1, 3}), 0u);
  EXPECT_EQ(shade_of(2, {1, 3}), 128u);
  EXPECT_EQ(shade_of(3, {1, 3}), 255u);
  EXPECT_EQ(shade_of(5, {5, 5}), 128u);
  EXPECT_EQ(colour_of(0), cividis(0));
  EXPECT_EQ(colour_of(255), cividis(1));
}

TEST(Cividis, GoesFromDarkBlueToYellow) {
  EXPECT_EQ(to_string(cividis(0)), "#00224e");
  EXPECT_EQ(to_string(cividis(0.5)), "#7d7c78");
  EXPECT_EQ(to_string(cividis(1)), "#fee838");
  EXPECT_EQ(cividis(2), cividis(1));
  EXPECT_EQ(cividis(-1), cividis(0));
}

TEST(Cividis, GetsLighterAllAlong) {
  for (int i = 1; i <= 100; ++i)
    EXPECT_GT(luminance(cividis(0.01 * i)), luminance(cividis(0.01 * (i - 1)))) << i;
}

// Contrasts with white that are often quoted: #767676 4.54, #808080 3.95.
TEST(Luminance, IsThatOfWcag) {
  EXPECT_EQ(luminance({0, 0, 0}), 0);
  EXPECT_NEAR(luminance({255, 255, 255}), 1, 1e-12);
  EXPECT_NEAR(1.05 / (luminance({0x76, 0x76, 0x76}) + 0.05), 4.54, 0.005);
  EXPECT_NEAR(1.05 / (luminance({0x80, 0x80, 0x80}) + 0.05), 3.95, 0.005);
  EXPECT_NEAR(luminance({255, 0, 0}), 0.2126, 1e-12);
}

TEST(TextColour, HasMoreContrast) {
  EXPECT_EQ(text_colour_on({0x75, 0x75, 0x75}), "#fff");
  EXPECT_EQ(text_colour_on({0x76, 0x76, 0x76}), "#000");
  for (int i = 0; i <= 100; ++i) {
    const Colour colour = cividis(0.01 * i);
    const double on_black = (luminance(colour) + 0.05) / 0.05, on_white = 1.05 / (luminance(colour) + 0.05);
    EXPECT_EQ(text_colour_on(colour), on_black > on_white ? "#000" : "#fff") << i;
  }
}

}  // namespace
}  // namespace runner
