#include "runner/compute/portable_math.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace runner::portable {
namespace {

/// How far two numbers are apart, in units of the last place of `expected`.
double ulps(double actual, double expected, int digits) {
  return std::fabs(actual - expected) / std::ldexp(1.0, std::ilogb(expected) + 1 - digits);
}

TEST(Exp, IsWithinTwoUnitsOfTheLastPlace) {
  double worst = 0;
  for (float x = -87.3f; x < 88.3f; x += 0.000731f)
    worst = std::max(worst, ulps(static_cast<double>(exp(x)), std::exp(static_cast<double>(x)), 24));
  EXPECT_LT(worst, 2.0);
}

TEST(Exp, TakesItsLimits) {
  EXPECT_EQ(exp(0.0f), 1.0f);
  EXPECT_EQ(exp(-0.0f), 1.0f);
  EXPECT_EQ(exp(-88.0f), 0.0f);
  EXPECT_EQ(exp(-std::numeric_limits<float>::infinity()), 0.0f);
  EXPECT_EQ(exp(89.0f), std::numeric_limits<float>::infinity());
  EXPECT_EQ(exp(std::numeric_limits<float>::infinity()), std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(exp(std::numeric_limits<float>::quiet_NaN())));
}

TEST(Tanh, IsWithinTwoUnitsOfTheLastPlace) {
  double worst = 0;
  for (float x = 1e-9f; x < 12; x += x < 0.01f ? 0.0317f * x : 0.000173f)
    worst = std::max(worst, ulps(static_cast<double>(tanh(x)), std::tanh(static_cast<double>(x)), 24));
  EXPECT_LE(worst, 2.0);
}

TEST(TanhInDouble, IsWithinTwoUnitsOfTheLastPlace) {
  double worst = 0;
  for (double x = 1e-15; x < 25; x += x < 0.01 ? 0.0317 * x : 0.000173)
    worst = std::max(worst, ulps(tanh(x), std::tanh(x), 53));
  EXPECT_LE(worst, 2.0);
}

TEST(Tanh, TakesItsLimits) {
  for (const float x : {0.0f, 0.3f, 5.0f, 1000.0f, std::numeric_limits<float>::infinity()})
    EXPECT_EQ(tanh(-x), -tanh(x));
  for (const double x : {0.0, 0.3, 5.0, 1000.0, std::numeric_limits<double>::infinity()})
    EXPECT_EQ(tanh(-x), -tanh(x));
  EXPECT_EQ(tanh(std::numeric_limits<float>::infinity()), 1.0f);
  EXPECT_EQ(tanh(std::numeric_limits<double>::infinity()), 1.0);
  EXPECT_TRUE(std::isnan(tanh(std::numeric_limits<float>::quiet_NaN())));
  EXPECT_TRUE(std::isnan(tanh(std::numeric_limits<double>::quiet_NaN())));
}

TEST(ExpNegative, IsWithinTwoUnitsOfTheLastPlace) {
  double worst = 0;
  for (double x = -708.0; x <= 0.0; x += 0.00331)
    worst = std::max(worst, ulps(exp_negative(x), std::exp(x), 53));
  EXPECT_LT(worst, 2.0);
}

TEST(ExpNegative, TakesItsLimits) {
  EXPECT_EQ(exp_negative(0.0), 1.0);
  EXPECT_EQ(exp_negative(-709.0), 0.0);
  EXPECT_EQ(exp_negative(-std::numeric_limits<double>::infinity()), 0.0);
  EXPECT_TRUE(std::isnan(exp_negative(std::numeric_limits<double>::quiet_NaN())));
}

TEST(ExpInDouble, IsWithinTwoUnitsOfTheLastPlace) {
  double worst = 0;
  for (double x = -700; x < 709; x += 0.00731) worst = std::max(worst, ulps(exp(x), std::exp(x), 53));
  EXPECT_LE(worst, 2.0);
}

TEST(ExpInDouble, TakesItsLimits) {
  EXPECT_EQ(exp(0.0), 1.0);
  EXPECT_EQ(exp(-709.0), 0.0);
  EXPECT_EQ(exp(709.5), std::numeric_limits<double>::infinity());
  EXPECT_EQ(exp(std::numeric_limits<double>::infinity()), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(exp(std::numeric_limits<double>::quiet_NaN())));
}

TEST(Log, IsWithinTwoUnitsOfTheLastPlace) {
  double worst = 0;
  for (double x = 1e-300; x < 1e300; x *= 1.00137) worst = std::max(worst, ulps(log(x), std::log(x), 53));
  for (double x = 0.5; x < 2.0; x += 0.0000713) worst = std::max(worst, ulps(log(x), std::log(x), 53));
  EXPECT_LT(worst, 2.0);
}

TEST(Log, TakesItsLimits) {
  EXPECT_EQ(log(1.0), 0.0);
  EXPECT_EQ(log(1e-7), std::log(1e-7));
  EXPECT_TRUE(std::isnan(log(std::numeric_limits<double>::quiet_NaN())));
}

// Python: statistics.NormalDist().inv_cdf(p)
TEST(NormalQuantile, GivesKnownValues) {
  EXPECT_EQ(normal_quantile(0.5), 0.0);
  EXPECT_NEAR(normal_quantile(0.975), 1.9599639845400536, 1e-15);
  EXPECT_NEAR(normal_quantile(0.25), -0.6744897501960817, 1e-15);
  EXPECT_NEAR(normal_quantile(1e-9), -5.9978070150076865, 1e-14);
  EXPECT_NEAR(normal_quantile(1e-15), -7.941345326170995, 1e-14);
  EXPECT_NEAR(normal_quantile(0x1p-53), -8.209536151601386, 1e-14);
}

TEST(NormalQuantile, IsOdd) {
  for (double p = 0x1p-20; p < 0.5; p += 0x1p-12) EXPECT_EQ(normal_quantile(p), -normal_quantile(1 - p));
}

// d/dx of the distribution is the density: a slip in one coefficient shows as a slope that is not it.
TEST(NormalQuantile, IsTheInverseOfTheDistribution) {
  for (double p = 0x1p-52; p < 0.999; p = p * 1.01 + 0x1p-52)
    EXPECT_NEAR(0.5 * std::erfc(-normal_quantile(p) / std::sqrt(2.0)) / p, 1.0, 1e-13) << p;
}

}  // namespace
}  // namespace runner::portable
