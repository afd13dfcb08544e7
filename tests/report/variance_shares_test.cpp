#include "variance_shares.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

using Places = std::vector<std::size_t>;

/// The k-th of evenly spread numbers in 0 … 1, different for each of some parameters.
double spread_out(std::size_t k, std::size_t parameter) {
  // Of the additive recurrence with the powers of the root of x⁴ = x + 1, and so even in three dimensions.
  constexpr double root = 1.2207440846057596;
  const double at = static_cast<double>(k + 1) / std::pow(root, static_cast<double>(parameter + 1));
  return at - std::floor(at);
}

/// Bins of the k-th of n numbers, all of them different, about equally many in each.
Places bins_of_numbers(const std::vector<double>& numbers, std::size_t bins) {
  Places places;
  for (const double x : numbers) {
    std::size_t below = 0;
    for (const double other : numbers)
      if (other < x) ++below;
    std::size_t bin = 0;
    while (below >= (bin + 1) * numbers.size() / bins) ++bin;
    places.push_back(bin);
  }
  return places;
}

/// Each number is a sample of its own.
SampledParameter each_alone(Places groups) {
  Places own(groups.size());
  std::iota(own.begin(), own.end(), std::size_t{0});
  return {std::move(groups), own, own};
}

TEST(GridShares, AreTheAnalysisOfVarianceWithWhatChanceAddsTakenOff) {
  const GridShares shares = grid_shares(
      Places{3, 2},
      std::vector{.50, .52, .51, .58, .57, .62, .60, .63, .61, .66, .71, .67, .64, .63, .66, .80, .79, .84},
      3);
  // By projections, in NumPy; p by scipy.stats.f.sf.
  ASSERT_EQ(shares.terms.size(), 3u);
  EXPECT_EQ(shares.terms[0].factors, (Places{0}));
  EXPECT_NEAR(shares.terms[0].share.share, 0.617369065, 1e-9);
  EXPECT_NEAR(shares.terms[0].share.p, 0.000812577619, 1e-9);
  EXPECT_NEAR(shares.terms[1].share.share, 0.326364951, 1e-9);
  EXPECT_NEAR(shares.terms[1].share.p, 0.00349001909, 1e-9);
  EXPECT_EQ(shares.terms[2].factors, (Places{0, 1}));
  EXPECT_NEAR(shares.terms[2].share.share, 0.056265985, 1e-9);
  EXPECT_NEAR(shares.terms[2].share.p, 0.00723477342, 1e-9);
  EXPECT_TRUE(std::isnan(shares.rest.share));
}

TEST(GridShares, OfOneSeedHoldWhatIsChance) {
  const GridShares shares = grid_shares(Places{3, 2}, std::vector{.50, .58, .60, .66, .64, .80}, 1);
  EXPECT_NEAR(shares.terms[0].share.share, 0.645418327, 1e-9);
  EXPECT_NEAR(shares.terms[1].share.share, 0.298804781, 1e-9);
  EXPECT_NEAR(shares.terms[2].share.share, 0.055776892, 1e-9);
  EXPECT_TRUE(std::isnan(shares.terms[0].share.p));
}

TEST(GridShares, OfThreeFactorsHaveARest) {
  const GridShares shares = grid_shares(Places{2, 2, 2}, std::vector<double>{1, 2, 4, 3, 9, 5, 7, 12}, 1);
  const std::vector<double> expected{0.675606641, 0.103448276, 0.001277139,
                                     0.001277139, 0.001277139, 0.062579821};
  ASSERT_EQ(shares.terms.size(), expected.size());
  for (std::size_t t = 0; t < expected.size(); ++t)
    EXPECT_NEAR(shares.terms[t].share.share, expected[t], 1e-9) << t;
  EXPECT_EQ(shares.terms[5].factors, (Places{1, 2}));
  EXPECT_NEAR(shares.rest.share, 0.154533844, 1e-9);
}

TEST(GridShares, OfNumbersThatAreAllAlikeAreNone) {
  const GridShares shares = grid_shares(Places{2, 2}, std::vector(8, 0.1), 2);
  for (const GridShare& term : shares.terms) EXPECT_TRUE(std::isnan(term.share.share));
}

// A seed that is better everywhere says nothing of any parameter, and adds no noise.
TEST(GridShares, DoNotHoldWhatASeedDoesToAll) {
  std::vector<double> numbers;
  for (const double cell : {1.0, 2.0, 5.0, 6.0})
    for (const double seed : {0.0, 10.0, -3.0}) numbers.push_back(cell + seed);
  const GridShares shares = grid_shares(Places{2, 2}, numbers, 3);
  EXPECT_NEAR(shares.terms[0].share.share, 16.0 / 17, 1e-12);
  EXPECT_NEAR(shares.terms[1].share.share, 1.0 / 17, 1e-12);
  EXPECT_NEAR(shares.terms[2].share.share, 0, 1e-12);
}

TEST(SampledShare, IsTheCorrelationRatioWithItsJackknife) {
  std::vector<double> first, second, numbers;
  for (std::size_t k = 1; k <= 24; ++k) {
    const auto part = [](double x) { return x - std::floor(x); };
    first.push_back(part(static_cast<double>(k) * 0.618034));
    second.push_back(part(static_cast<double>(k) * 0.754878));
    numbers.push_back(first.back() + 0.5 * second.back());
  }
  const Share share = sampled_share(numbers, each_alone(bins_of_numbers(first, 3)));
  // By NumPy, with each sample left out of the arrays in turn; p by scipy.stats.f.sf.
  EXPECT_NEAR(share.share, 0.6137915734949, 1e-10);
  EXPECT_NEAR(share.half_width, 0.2223499094564, 1e-10);
  EXPECT_NEAR(share.p, 1.765178549816e-05, 1e-12);
  // It would be −0.0511: no share is less than nothing.
  const Share none = sampled_share(numbers, each_alone(bins_of_numbers(second, 3)));
  EXPECT_EQ(none.share, 0);
  EXPECT_NEAR(none.half_width, 0.2064124466362, 1e-10);
  EXPECT_NEAR(none.p, 0.6494222796441, 1e-10);
}

TEST(SampledShare, FindsTheIndicesOfAnAdditiveFunction) {
  std::vector<std::vector<double>> x(3);
  std::vector<double> numbers;
  for (std::size_t k = 0; k < 400; ++k) {
    for (std::size_t p = 0; p < 3; ++p) x[p].push_back(spread_out(k, p));
    numbers.push_back(x[0][k] + 2 * x[1][k]);
  }
  // The variance of a uniform number is 1/12: 1 of 5 and 4 of 5.
  const std::vector<double> expected{0.2, 0.8, 0};
  for (std::size_t p = 0; p < 3; ++p)
    EXPECT_NEAR(sampled_share(numbers, each_alone(bins_of_numbers(x[p], 10))).share, expected[p], 0.03) << p;
}

TEST(SampledShare, FindsTheIndicesOfTheIshigamiFunction) {
  std::vector<std::vector<double>> x(3);
  std::vector<double> numbers;
  for (std::size_t k = 0; k < 2000; ++k) {
    for (std::size_t p = 0; p < 3; ++p) x[p].push_back((2 * spread_out(k, p) - 1) * std::numbers::pi);
    numbers.push_back(std::sin(x[0][k]) + 7 * std::pow(std::sin(x[1][k]), 2) +
                      0.1 * std::pow(x[2][k], 4) * std::sin(x[0][k]));
  }
  // Ishigami and Homma (1990), for a = 7 and b = 0.1.
  const std::vector<double> expected{0.3139, 0.4424, 0};
  for (std::size_t p = 0; p < 3; ++p)
    EXPECT_NEAR(sampled_share(numbers, each_alone(bins_of_numbers(x[p], 20))).share, expected[p], 0.03) << p;
}

// Two configurations of a sample are no more than one: they share what was drawn.
TEST(SampledShare, TakesSamplesForItsUnits) {
  const std::vector<double> numbers{1, 2, 4, 3, 9, 5, 7, 12};
  std::vector<double> twice;
  SampledParameter once = each_alone({0, 0, 0, 0, 1, 1, 1, 1}), doubled;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    for (int copy = 0; copy < 2; ++copy) {
      twice.push_back(numbers[i]);
      doubled.group.push_back(once.group[i]);
      doubled.unit.push_back(i);
      doubled.sample.push_back(i);
    }
  const Share of_once = sampled_share(numbers, once), of_twice = sampled_share(twice, doubled);
  EXPECT_NEAR(of_once.share, of_twice.share, 1e-12);
  EXPECT_NEAR(of_once.half_width, of_twice.half_width, 1e-12);
  EXPECT_NEAR(of_once.p, of_twice.p, 1e-12);
}

// Those in no group add to the total alone.
TEST(SampledShare, OfAParameterThatMeansNothingToSomeIsThatAmongTheOthers) {
  const std::vector<double> numbers{1, 1, 2, 2, 1, 1, 2, 2, 4, 6, 4, 6};
  const Places groups{0, 0, 1, 1, 0, 0, 1, 1, no_group, no_group, no_group, no_group};
  const double total = 8 * 0.25 + 4 + 8.0 * 4 / 12 * 3.5 * 3.5;
  EXPECT_NEAR(sampled_share(numbers, each_alone(groups)).share, 2 / total, 1e-12);
  Places none(numbers.size(), no_group);
  EXPECT_TRUE(std::isnan(sampled_share(numbers, each_alone(none)).share));
}

TEST(SampledShare, OfOneGroupOrOneNumberIsNone) {
  EXPECT_TRUE(std::isnan(sampled_share(std::vector{1.0, 2.0, 3.0}, each_alone({0, 0, 0})).share));
  EXPECT_TRUE(std::isnan(sampled_share(std::vector{1.0, 1.0, 1.0, 1.0}, each_alone({0, 0, 1, 1})).share));
}

}  // namespace
}  // namespace runner
