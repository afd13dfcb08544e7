#include "scale.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

using Labels = std::vector<std::string>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Labels labels(const Scale& scale) {
  Labels all;
  for (const Tick& tick : scale.ticks) all.push_back(tick.label);
  return all;
}

TEST(RangeOf, LeavesOutWhatIsNotFinite) {
  Range range;
  EXPECT_TRUE(range.empty());
  for (const double x : {nan, 3.0, -1.0, nan, std::numeric_limits<double>::infinity(),
                         -std::numeric_limits<double>::infinity()})
    range.add(x);
  EXPECT_EQ(range.low, -1);
  EXPECT_EQ(range.high, 3);
}

TEST(LinearScale, HasTicksAtRoundNumbers) {
  EXPECT_EQ(labels(linear_scale({0, 10})), (Labels{"0", "2", "4", "6", "8", "10"}));
  EXPECT_EQ(labels(linear_scale({0.853, 0.897})), (Labels{"0.86", "0.87", "0.88", "0.89"}));
  EXPECT_EQ(labels(linear_scale({-1, 1})), (Labels{"-1.0", "-0.5", "0.0", "0.5", "1.0"}));
  EXPECT_EQ(labels(linear_scale({0.850102, 0.850398})),
            (Labels{"0.85010", "0.85015", "0.85020", "0.85025", "0.85030", "0.85035", "0.85040"}));
}

TEST(LinearScale, ReachesBeyondTheRange) {
  const Scale scale = linear_scale({0, 100});
  EXPECT_DOUBLE_EQ(scale.low, -4);
  EXPECT_DOUBLE_EQ(scale.high, 104);
  EXPECT_DOUBLE_EQ(scale.position(50), 0.5);
  EXPECT_DOUBLE_EQ(scale.position(-4), 0);
  EXPECT_EQ(scale.position(1e9), 1);
  EXPECT_EQ(scale.position(-1e9), 0);
  EXPECT_EQ(scale.position(nan), 0);
}

TEST(LinearScale, OfOneNumberHasItInTheMiddle) {
  for (const double number : {0.0, 0.85, -3.0, 1e12}) {
    const Scale scale = linear_scale({number, number});
    EXPECT_LT(scale.low, scale.high) << number;
    EXPECT_NEAR(scale.position(number), 0.5, 1e-9) << number;
    EXPECT_GE(scale.ticks.size(), 2u) << number;
  }
}

TEST(LinearScale, IsThereForNumbersWithoutASize) {
  constexpr double infinity = std::numeric_limits<double>::infinity(),
                   largest = std::numeric_limits<double>::max(),
                   smallest = std::numeric_limits<double>::denorm_min();
  for (const Range& range :
       {Range{}, Range{-infinity, infinity}, Range{0, infinity}, Range{-largest, largest},
        Range{largest, largest}, Range{0, smallest}, Range{smallest, smallest},
        Range{-20 * smallest, 20 * smallest}, Range{nan, nan}}) {
    for (const Scale& scale : {linear_scale(range), logarithmic_scale(range)}) {
      EXPECT_LT(scale.low, scale.high) << range.low << ' ' << range.high;
      EXPECT_TRUE(std::isfinite(scale.low) && std::isfinite(scale.high) &&
                  std::isfinite(scale.high - scale.low));
      EXPECT_LE(scale.ticks.size(), 10u) << range.low << ' ' << range.high;
      for (const double number : {infinity, -infinity, nan, largest, 0.0})
        EXPECT_TRUE(scale.position(number) >= 0 && scale.position(number) <= 1) << number;
    }
  }
  EXPECT_EQ(labels(linear_scale({})), labels(linear_scale({0, 1})));
  EXPECT_LT(value_scale({}, {}).low, value_scale({}, {}).high);
}

TEST(LogarithmicScale, OfWhatIsNotAboveZeroIsLinear) {
  EXPECT_FALSE(logarithmic_scale({-2, -1}).logarithmic);
  EXPECT_FALSE(logarithmic_scale({}).logarithmic);
}

TEST(LinearScale, TakesNoSmallerSteps) {
  EXPECT_EQ(labels(linear_scale({0, 1}, 1)), (Labels{"0", "1"}));
  EXPECT_EQ(labels(linear_scale({1, 3}, 1)), (Labels{"1", "2", "3"}));
}

TEST(LogarithmicScale, HasTicksAtPowersOfTen) {
  EXPECT_EQ(labels(logarithmic_scale({0.001, 10})), (Labels{"0.001", "0.01", "0.1", "1", "10"}));
  EXPECT_EQ(labels(logarithmic_scale({1e-7, 1e3})), (Labels{"10⁻⁶", "0.0001", "0.01", "1", "100"}));
  EXPECT_DOUBLE_EQ(logarithmic_scale({0.01, 100}).position(1), 0.5);
}

TEST(LogarithmicScale, HasMoreTicksWhereThereAreFewPowers) {
  EXPECT_EQ(labels(logarithmic_scale({0.9, 12})), (Labels{"1", "2", "5", "10"}));
}

TEST(LogarithmicScale, IsMadeForLargeNumbers) {
  const Scale scale = logarithmic_scale({1, 1e30});
  EXPECT_EQ(scale.ticks.front().label, "1");
  EXPECT_EQ(scale.ticks.back().label, "10³⁰");
  EXPECT_LE(scale.ticks.size(), 8u);
}

TEST(ValueScale, IsLogarithmicWhereThatIsMoreEven) {
  const auto logarithmic = [](const std::vector<double>& values) {
    return value_scale(values, Labels(values.size(), "")).logarithmic;
  };
  EXPECT_TRUE(logarithmic({0.03, 0.1, 0.3, 1}));
  EXPECT_TRUE(logarithmic({50, 100, 200}));
  EXPECT_FALSE(logarithmic({100, 200, 300}));
  EXPECT_FALSE(logarithmic({1, 2, 3, 4, 5}));
  EXPECT_FALSE(logarithmic({50, 100}));
  EXPECT_TRUE(logarithmic({0.1, 1}));
  EXPECT_FALSE(logarithmic({0, 1, 10}));
}

TEST(SpansOrders, OfLossesThatDifferAHundredfold) {
  EXPECT_TRUE(spans_orders({0.02, 2}));
  EXPECT_FALSE(spans_orders({0.021, 2}));
  EXPECT_FALSE(spans_orders({0, 2}));
  EXPECT_FALSE(spans_orders({}));
}

TEST(ValueScale, HasTicksAtTheValues) {
  const Scale scale = value_scale(std::vector{50.0, 100.0, 200.0}, Labels{"50", "100", "200"});
  EXPECT_EQ(labels(scale), (Labels{"50", "100", "200"}));
  EXPECT_DOUBLE_EQ(scale.position(100), 0.5);
}

TEST(ValueScale, OfManyValuesHasRoundTicks) {
  std::vector<double> values;
  for (int i = 0; i <= 20; ++i) values.push_back(5 * i);
  EXPECT_EQ(labels(value_scale(values, Labels(21, "x"))), (Labels{"0", "20", "40", "60", "80", "100"}));
}

TEST(CategoryScale, PutsLabelsInTheMiddleOfTheirShares) {
  const Scale scale = category_scale(Labels{"a", "b"});
  EXPECT_EQ(labels(scale), (Labels{"a", "b"}));
  EXPECT_DOUBLE_EQ(scale.position(0), 0.25);
  EXPECT_DOUBLE_EQ(scale.position(1), 0.75);
}

TEST(TickText, WritesLargeNumbersWithAPowerOfTen) {
  EXPECT_EQ(tick_text(0.5, 2), "0.50");
  EXPECT_EQ(tick_text(200000, 0), "200000");
  EXPECT_EQ(tick_text(2.5e7, 0), "2.5×10⁷");
  EXPECT_EQ(tick_text(nan, 2), "nan");
  EXPECT_EQ(tick_text(std::numeric_limits<double>::infinity(), 2), "inf");
}

}  // namespace
}  // namespace runner
