#include "runner/report/statistics.hpp"

#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

// The tables of any textbook.
TEST(StudentT, IsThatOfTheTables) {
  EXPECT_NEAR(student_t(2), 12.706, 5e-4);
  EXPECT_NEAR(student_t(3), 4.303, 5e-4);
  EXPECT_NEAR(student_t(5), 2.776, 5e-4);
  EXPECT_NEAR(student_t(11), 2.228, 5e-4);
  EXPECT_NEAR(student_t(31), 2.042, 5e-4);
  EXPECT_NEAR(student_t(1'000'001), 1.960, 5e-4);
}

// scipy.stats.t.interval(0.95, 4, loc=numpy.mean(x), scale=scipy.stats.sem(x))
TEST(Estimate, IsTheMeanWithItsInterval) {
  const Estimate e = estimate(std::vector{0.1, 0.2, 0.4, 0.8, 1.6});
  EXPECT_DOUBLE_EQ(e.mean, 0.62);
  EXPECT_NEAR(e.half_width, 0.7573132563278918, 1e-12);
}

TEST(Estimate, OfOneNumberHasNoInterval) {
  const Estimate e = estimate(std::vector{0.25});
  EXPECT_EQ(e.mean, 0.25);
  EXPECT_TRUE(std::isnan(e.half_width));
}

TEST(Estimate, OfTwoNumbersIsTheirRange) {
  const Estimate e = estimate(std::vector{0.25, 0.125});
  EXPECT_EQ(e.mean, 0.1875);
  EXPECT_FALSE(e.has_interval());
  EXPECT_TRUE(e.is_range());
  EXPECT_EQ(e.least, 0.125);
  EXPECT_EQ(e.most, 0.25);
  EXPECT_FALSE(estimate(std::vector{0.25}).is_range());
}

TEST(Estimate, OfNothingIsNoNumber) {
  const Estimate e = estimate({});
  EXPECT_TRUE(std::isnan(e.mean) && std::isnan(e.half_width));
}

TEST(Estimate, OfEqualNumbersIsExact) {
  const Estimate e = estimate(std::vector{0.5, 0.5, 0.5});
  EXPECT_EQ(e.half_width, 0);
}

// What 95 % means: of many samples about so many have the truth in their interval.
TEST(Estimate, CoversTheTruthAsOftenAsItSays) {
  std::mt19937_64 random(1);
  for (const std::size_t seeds : {3u, 5u, 20u}) {
    int covered = 0;
    constexpr int samples = 4000;
    for (int i = 0; i < samples; ++i) {
      std::normal_distribution<double> accuracy(0.87, 0.004);
      std::vector<double> numbers(seeds);
      for (double& x : numbers) x = accuracy(random);
      const Estimate e = estimate(numbers);
      covered += std::abs(e.mean - 0.87) <= e.half_width;
    }
    EXPECT_NEAR(covered, 0.95 * samples, 0.012 * samples) << seeds << " seeds";
  }
}

}  // namespace
}  // namespace runner
