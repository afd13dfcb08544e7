#include "sparkline.hpp"

#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

const float nan = std::numeric_limits<float>::quiet_NaN();
const float infinity = std::numeric_limits<float>::infinity();

using Curve = std::vector<float>;

std::string line(const Curve& curve, std::size_t cells = 80) {
  return sparkline(curve, cells, scale_of({curve}));
}

TEST(Sparkline, OfNothingIsNothing) {
  EXPECT_EQ(line({}), "");
  EXPECT_EQ(line({nan, nan}), "");
  EXPECT_EQ(line({1, 2}, 0), "");
  EXPECT_EQ(sparkline(Curve{1, 2}, 2, Range{}), "▁▁");
}

TEST(Sparkline, GoesFromFootToHead) {
  EXPECT_EQ(line({0, 1, 2, 3, 4, 5, 6, 7}), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(line({7, 6, 5, 4, 3, 2, 1, 0}), "█▇▆▅▄▃▂▁");
  EXPECT_EQ(line({-1, 0, 1}), "▁▅█");
}

TEST(Sparkline, IsALineInTheMiddleWhereNothingMoves) {
  EXPECT_EQ(line({0.5f}), "▅");
  EXPECT_EQ(line({0, 0, 0}), "▅▅▅");
  EXPECT_EQ(line({-3, -3}), "▅▅");
  // A thousandth up and down is a tenth of the scale's half.
  EXPECT_EQ(line({0.499f, 0.5f, 0.501f}), "▄▅▅");
}

TEST(Sparkline, LeavesGapsWhereThereIsNoNumberButNoneAtTheEnd) {
  EXPECT_EQ(line({0, nan, 1, nan}), "▁ █");
  EXPECT_EQ(line({infinity, 0, -infinity, 1}), " ▁ █");
}

TEST(Sparkline, TakesMeansOfNeighboursWhereThereAreMoreValuesThanCells) {
  EXPECT_EQ(sparkline(Curve{0, 2, 6, 8, 3, 5}, 3, {0, 8}), "▂█▅");
  EXPECT_EQ(sparkline(Curve{0, 0, 8, 8, 8}, 2, {0, 8}), "▁█");
  EXPECT_EQ(sparkline(Curve{8, nan, nan, nan}, 2, {0, 8}), "█");
}

TEST(Sparkline, IsCutOffAtItsScale) {
  EXPECT_EQ(sparkline(Curve{-5, 0, 1, 5}, 4, {0, 1}), "▁▁██");
}

TEST(ScaleOf, IsCommonToAllCurves) {
  const Curve low{1, 2}, high{3, 9, nan};
  const Range scale = scale_of({low, high});
  EXPECT_EQ(scale.low, 1);
  EXPECT_EQ(scale.high, 9);
}

TEST(ScaleOf, LeavesOutATwentiethAtEachEnd) {
  Curve curve(38, 1);
  curve[0] = 100;
  curve[20] = 2;
  curve.push_back(3);
  EXPECT_EQ(scale_of({curve}).high, 3);  // 39 values: one at each end
  curve[1] = 100;
  EXPECT_EQ(scale_of({curve}).high, 100);
  EXPECT_EQ(scale_of({curve}).low, 1);
}

}  // namespace
}  // namespace runner
