#include "runner/compute/initial_weights.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

std::vector<float> draw(std::uint64_t seed, std::size_t hidden, std::size_t width, float std = 0.01f,
                        RandomPurpose purpose = RandomPurpose::initial_W1) {
  std::vector<float> out(hidden * width);
  initial_weights(elementwise(best_instruction_set()), seed, purpose, hidden, width, std, out.data());
  return out;
}

TEST(InitialWeights, AreStandardNormalTimesStd) {
  const std::vector<float> w = draw(1, 500, 784);
  const auto n = static_cast<double>(w.size());
  double sum = 0, squares = 0, fourth = 0, beyond_2 = 0;
  for (const float x : w) {
    const double z = static_cast<double>(x) / 0.01;
    sum += z;
    squares += z * z;
    fourth += z * z * z * z;
    beyond_2 += std::fabs(z) > 2 ? 1 : 0;
  }
  // Four standard errors.
  EXPECT_NEAR(sum / n, 0.0, 4 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1.0, 4 * std::sqrt(2 / n));
  EXPECT_NEAR(fourth / n, 3.0, 4 * std::sqrt(96 / n));
  EXPECT_NEAR(beyond_2 / n, 0.0455, 4 * std::sqrt(0.0455 / n));
}

TEST(InitialWeights, OfALargerNetworkBeginWithThoseOfASmaller) {
  const std::vector<float> small = draw(7, 10, 784), large = draw(7, 25, 784);
  EXPECT_TRUE(std::equal(small.begin(), small.end(), large.begin()));
}

TEST(InitialWeights, DifferBySeedPurposeAndRow) {
  const std::vector<float> w = draw(1, 2, 50);
  EXPECT_NE(w, draw(2, 2, 50));
  EXPECT_NE(w, draw(1, 2, 50, 0.01f, RandomPurpose::initial_W2));
  EXPECT_NE(std::vector<float>(w.begin(), w.begin() + 50), std::vector<float>(w.begin() + 50, w.end()));
}

TEST(InitialWeights, HaveTheBitsTheyAlwaysHad) {
  const std::vector<float> w = draw(1, 1, 4);
  EXPECT_EQ(w[0], -0x1.858d5ap-7f);
  EXPECT_EQ(w[1], -0x1.1ef49p-6f);
  EXPECT_EQ(w[2], 0x1.114dccp-8f);
  EXPECT_EQ(w[3], 0x1.02b7e4p-6f);
}

}  // namespace
}  // namespace runner
