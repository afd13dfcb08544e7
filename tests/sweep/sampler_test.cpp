#include "sweep/sampler.hpp"

#include "sweep/rounded.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using testing::ElementsAre;

constexpr Draw learning_rate{"learning_rate", Draw::Kind::log_uniform, 1e-3, 1};
constexpr Draw dropout{"dropout", Draw::Kind::uniform, 0, 0.5};
constexpr Draw hidden_size{"hidden_size", Draw::Kind::int_uniform, 0, 0, 10, 19};

Space space_of(SearchMethod search, std::size_t dimensions, std::int64_t seed = 1) {
  Space space;
  const std::span<const AxisInfo> axes = axis_table();
  for (std::size_t d = 0; d < dimensions; ++d) space.drawn.push_back({axes[d].name});
  space.samples = 1;
  space.search = search;
  space.search_seed = seed;
  return space;
}

/// The numbers of the first samples: of each, one for each dimension.
std::vector<std::vector<std::uint64_t>> samples(const Space& space, std::size_t count) {
  Sampler sampler(space);
  std::vector<std::vector<std::uint64_t>> all;
  for (std::size_t k = 0; k < count; ++k) all.push_back(sampler.words(k));
  return all;
}

// scipy.stats.qmc.Sobol(5, scramble=False).random(8) * 64.
TEST(SobolSequence, IsThatOfSciPy) {
  const std::vector<std::vector<int>> expected{
      {0, 0, 0, 0, 0},      {32, 32, 32, 32, 32}, {48, 16, 16, 16, 48}, {16, 48, 48, 48, 16},
      {24, 24, 40, 56, 24}, {56, 56, 8, 24, 56},  {40, 8, 56, 40, 40},  {8, 40, 24, 8, 8}};
  SobolSequence sequence(5);
  for (std::size_t k = 0; k < expected.size(); ++k)
    for (std::size_t d = 0; d < 5; ++d)
      EXPECT_EQ(sequence.at(k)[d] >> 58, static_cast<std::uint64_t>(expected[k][d])) << k << ", " << d;
}

TEST(SobolSequence, GivesAnyPointWithoutThoseBefore) {
  SobolSequence forwards(3), once(3);
  std::vector<std::uint64_t> last;
  for (std::size_t k = 0; k <= 1000; ++k) last = forwards.at(k);
  EXPECT_EQ(once.at(1000), last);
  EXPECT_EQ(once.at(0), std::vector<std::uint64_t>(3, 0));
}

// Two numbers that differ first in bit i still do.
TEST(Scrambled, KeepsWhatNumbersHaveInCommon) {
  for (const std::uint32_t a : {0u, 1u, 0x80000000u, 0x12345678u, 0xffffffffu})
    for (int bit = 0; bit < 32; ++bit) {
      const std::uint32_t b = a ^ (1u << bit);
      EXPECT_EQ(std::countl_zero(scrambled(a, 3, 4) ^ scrambled(b, 3, 4)), std::countl_zero(a ^ b));
    }
}

TEST(Scrambled, DependsOnSeedAndStream) {
  const std::set<std::uint32_t> all{scrambled(0, 1, 1), scrambled(0, 1, 2), scrambled(0, 2, 1),
                                    scrambled(0, 2, 2)};
  EXPECT_EQ(all.size(), 4u);
}

// Sobol' 1967: of the first 2^m samples each box of volume 2^-m of two dimensions whose sides are powers of
// two holds as many as t allows; for the first two dimensions t is 0, and it is one.
TEST(Sampler, SobolCoversEveryBoxOnce) {
  constexpr int m = 8;
  for (const std::int64_t seed : {1, 2, 77}) {
    const auto points = samples(space_of(SearchMethod::sobol, 2, seed), 1u << m);
    for (int wide = 0; wide <= m; ++wide) {
      std::set<std::uint64_t> boxes;
      for (const auto& point : points) {
        const std::uint64_t x = wide == 0 ? 0 : point[0] >> (64 - wide);
        const std::uint64_t y = wide == m ? 0 : point[1] >> (64 - (m - wide));
        boxes.insert(x << (m - wide) | y);
      }
      EXPECT_EQ(boxes.size(), 1u << m) << seed << ", " << wide;
    }
  }
}

TEST(Sampler, SobolCoversEveryAxisEvenly) {
  const std::size_t all = axis_table().size();
  const auto points = samples(space_of(SearchMethod::sobol, all), 64);
  for (std::size_t d = 0; d < all; ++d) {
    std::set<std::uint64_t> parts;
    for (const auto& point : points) parts.insert(point[d] >> 58);
    EXPECT_EQ(parts.size(), 64u) << axis_table()[d].name;
  }
}

// Chi-squared: of 16·16 boxes, 5120 samples fall into each 20 times on average. With 255 degrees of freedom,
// 347 is exceeded once in ten thousand times, and 179 not reached.
TEST(Sampler, RandomIsUniformOnEveryPairOfAxes) {
  const std::size_t dimensions = 4;
  const auto points = samples(space_of(SearchMethod::random, dimensions), 5120);
  for (std::size_t a = 0; a < dimensions; ++a)
    for (std::size_t b = a + 1; b < dimensions; ++b) {
      std::array<int, 256> boxes{};
      for (const auto& point : points) ++boxes[(point[a] >> 60) << 4 | point[b] >> 60];
      double sum = 0;
      for (const int count : boxes) sum += (count - 20) * (count - 20) / 20.0;
      EXPECT_GT(sum, 179) << a << ", " << b;
      EXPECT_LT(sum, 347) << a << ", " << b;
    }
}

TEST(Sampler, RandomNumbersOfAnAxisDependOnItsNameAlone) {
  Space one = space_of(SearchMethod::random, 3), other = one;
  std::swap(other.drawn[0], other.drawn[2]);
  other.drawn.erase(other.drawn.begin() + 1);
  EXPECT_EQ(Sampler(one).words(5)[2], Sampler(other).words(5)[0]);
  EXPECT_EQ(Sampler(one).words(5)[0], Sampler(other).words(5)[1]);
}

TEST(Sampler, EachAxisHasAStreamOfItsOwn) {
  const std::vector<std::uint64_t> words =
      Sampler(space_of(SearchMethod::random, axis_table().size())).words(0);
  EXPECT_EQ(std::set<std::uint64_t>(words.begin(), words.end()).size(), axis_table().size());
}

TEST(Sampler, AnotherSeedDrawsOtherSamples) {
  for (const SearchMethod search : {SearchMethod::random, SearchMethod::sobol})
    EXPECT_NE(Sampler(space_of(search, 2, 1)).words(3), Sampler(space_of(search, 2, 2)).words(3));
}

TEST(NumberOf, RunsFromEndToEnd) {
  EXPECT_EQ(number_of(learning_rate, 0), 0.001);
  EXPECT_EQ(number_of(learning_rate, ~std::uint64_t{0}), 1);
  EXPECT_EQ(number_of(dropout, 0), 0);
  EXPECT_EQ(number_of(dropout, std::uint64_t{1} << 63), 0.25);
}

// 10^(-3·2/3).
TEST(NumberOf, IsUniformInTheLogarithm) {
  EXPECT_EQ(number_of(learning_rate, 0x5555555555555555), 0.01);
  EXPECT_EQ(number_of(learning_rate, std::uint64_t{1} << 63), 0.0316228);
}

TEST(NumberOf, HasSixDigitsAndStaysWithinTheEnds) {
  constexpr Draw narrow{"learning_rate", Draw::Kind::uniform, 0.12345678, 0.12345679};
  EXPECT_EQ(number_of(narrow, 0), 0.12345679) << "0.123457 lies beyond it";
  EXPECT_EQ(number_of(narrow, ~std::uint64_t{0}), 0.12345679);
  for (std::uint64_t word = 1; word < 1000; ++word) {
    const double value = number_of(learning_rate, word << 54);
    EXPECT_EQ(value, rounded(value, 6));
  }
}

TEST(IntegerOf, TakesBothEndsAndAllBetween) {
  std::set<std::int64_t> found;
  for (std::uint64_t word = 0; word < 1000; ++word)
    found.insert(integer_of(hidden_size, word * (~std::uint64_t{0} / 999)));
  EXPECT_THAT(found, ElementsAre(10, 11, 12, 13, 14, 15, 16, 17, 18, 19));
  constexpr Draw seed{"seed", Draw::Kind::int_uniform, 0, 0, 0, std::numeric_limits<std::int64_t>::max()};
  EXPECT_EQ(integer_of(seed, ~std::uint64_t{0}), std::numeric_limits<std::int64_t>::max());
}

TEST(IndexOf, SharesTheNumbersOutEvenly) {
  EXPECT_EQ(index_of(0, 3), 0u);
  EXPECT_EQ(index_of(0x5555555555555555, 3), 0u);
  EXPECT_EQ(index_of(0x5555555555555556, 3), 1u);
  EXPECT_EQ(index_of(~std::uint64_t{0}, 3), 2u);
}

}  // namespace
}  // namespace runner
