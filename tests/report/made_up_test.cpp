#include "runner/report/comparison.hpp"

#include "report/hand_made.hpp"

#include <cmath>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

// The statistics on sweeps whose truth is known because it was made up.
namespace runner {
namespace {

using test::results;
using test::spec;
using test::stored;

constexpr int sweeps = 1000, seeds = 5, epochs = 30;

/// One configuration, five seeds: each a true gap, or a true curve of the loss, and normal noise.
class MadeUp : public testing::Test {
 protected:
  float noisy(double truth, double noise) { return static_cast<float>(truth + noise * normal_(random_)); }

  /// What a comparison says of a sweep whose seeds have accuracies with this gap, each with noise of its own.
  ConfigurationSummary with_gap(double gap, double noise) {
    std::vector<StoredRun> runs;
    for (int s = 0; s < seeds; ++s)
      runs.push_back(test::ending(spec(10, s), noisy(0.8 + gap, noise), noisy(0.8, 2 * noise)));
    return compare(results(1, std::move(runs))).configurations.front();
  }

  /// The same of a test loss that after epoch e is truth(e), with noise after every epoch.
  template <class Truth>
  ConfigurationSummary with_loss(const Truth& truth, double noise) {
    std::vector<StoredRun> runs;
    for (int s = 0; s < seeds; ++s) {
      std::vector<float> loss;
      for (int e = 0; e <= epochs; ++e) loss.push_back(noisy(truth(e), noise));
      runs.push_back(stored(spec(10, s), RunStatus::done, std::vector<float>(epochs + 1, 0.5f),
                            std::vector<float>(epochs + 1, 0.5f), loss));
    }
    return compare(results(epochs, std::move(runs))).configurations.front();
  }

 private:
  std::mt19937 random_{20};
  std::normal_distribution<double> normal_;
};

TEST_F(MadeUp, TheIntervalOfTheGapHoldsTheTruthIn95Of100) {
  for (const double gap : {0.0, 0.05, 0.2}) {
    int held = 0;
    for (int i = 0; i < sweeps; ++i) {
      const Estimate estimate = with_gap(gap, 0.01).gap;
      held += std::abs(estimate.mean - gap) <= estimate.half_width;
    }
    EXPECT_GE(held, 930) << gap;
    EXPECT_LE(held, 970) << gap;
  }
}

TEST_F(MadeUp, TheOnsetIsFoundWithinThreeEpochs) {
  constexpr int minimum = 12;
  int found = 0;
  for (int i = 0; i < sweeps; ++i) {
    // A minimum that rises out of its noise with the next epoch but one.
    const int onset = with_loss([](int e) { return 1 + 0.006 * std::abs(e - minimum); }, 0.005).overfits_from;
    found += std::abs(onset - (minimum + 2)) <= 3;
  }
  EXPECT_GE(found, 950);
}

TEST_F(MadeUp, ALossThatFallsToTheEndIsNoOverfitting) {
  int said = 0;
  for (int i = 0; i < sweeps; ++i)
    said += with_loss([](int e) { return 2 - 0.01 * e; }, 0.005).overfits_from >= 0;
  EXPECT_LE(said, 10);
}

// The smallest of many noisy losses lies below all others: that is taken for a rise now and then.
TEST_F(MadeUp, ALossThatStaysWhereItIsSeldomIsSaidToOverfit) {
  int said = 0;
  for (int i = 0; i < sweeps; ++i)
    said += with_loss([](int e) { return e < 10 ? 2 - 0.1 * e : 1; }, 0.005).overfits_from >= 0;
  EXPECT_LE(said, 130);
}

}  // namespace
}  // namespace runner
