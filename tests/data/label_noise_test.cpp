#include "runner/data/label_noise.hpp"

#include "runner/data/random.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

using Labels = std::vector<std::uint8_t>;

std::size_t changed(const Labels& a, const Labels& b) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += a[i] != b[i] ? 1 : 0;
  return count;
}

TEST(LabelNoise, DrawsAsManyAnewAsAskedUniformlyOverAllClasses) {
  constexpr std::size_t images = 50'000, classes = 10;
  const Labels labels(images, 3);
  const Labels noisy = with_label_noise(labels, classes, 1, 0.3);
  // One in ten of the redrawn comes out as it was.
  const double expected = 0.3 * 0.9;
  EXPECT_NEAR(static_cast<double>(changed(labels, noisy)) / images, expected,
              4 * std::sqrt(expected * (1 - expected) / images));
  std::vector<double> counts(classes);
  for (const std::uint8_t label : noisy) {
    ASSERT_LT(label, classes);
    ++counts[label];
  }
  for (std::size_t c = 0; c < classes; ++c) {
    if (c == 3) continue;
    EXPECT_NEAR(counts[c], 0.03 * images, 5 * std::sqrt(0.03 * images)) << c;
  }
}

TEST(LabelNoise, OfNothingAndOfEverything) {
  const Labels labels(1000, 3);
  EXPECT_EQ(with_label_noise(labels, 10, 1, 0), labels);
  EXPECT_GT(changed(labels, with_label_noise(labels, 10, 1, 1)), 850u);
}

TEST(LabelNoise, OfAnImageDependsOnSeedAndPlaceAlone) {
  const Labels labels(1000, 3);
  const Labels all = with_label_noise(labels, 10, 1, 0.5);
  const Labels some = with_label_noise(std::span(labels).first(100), 10, 1, 0.5);
  EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin()));
  EXPECT_NE(with_label_noise(labels, 10, 2, 0.5), all);
  // A larger share redraws the same and more.
  const Labels more = with_label_noise(labels, 10, 1, 0.8);
  std::size_t first_to_change = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (all[i] != labels[i]) {
      EXPECT_EQ(more[i], all[i]);
    } else if (more[i] != labels[i]) {
      ++first_to_change;
    }
  }
  EXPECT_GT(first_to_change, 200u);
}

TEST(LabelNoise, IsWhatItsDefinitionSays) {
  const Labels noisy = with_label_noise(Labels(50, 0), 7, 99, 0.5);
  for (std::size_t i = 0; i < noisy.size(); ++i) {
    const auto [u, v] = random_block(99, RandomPurpose::label_noise, 0, i);
    const bool drawn = static_cast<double>(u >> 11) * 0x1p-53 < 0.5;
    const auto high = static_cast<std::uint8_t>(std::floor(std::ldexp(static_cast<long double>(v), -64) * 7));
    EXPECT_EQ(noisy[i], drawn ? high : 0) << i;
  }
}

}  // namespace
}  // namespace runner
