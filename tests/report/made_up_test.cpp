#include "runner/report/comparison.hpp"

#include "report/hand_made.hpp"

#include <algorithm>
#include <array>
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

constexpr int sweeps = 1000;

/// One configuration: a true gap, or a true curve of the loss, and normal noise.
class MadeUp : public testing::Test {
 protected:
  float noisy(double truth, double noise) { return static_cast<float>(truth + noise * normal_(random_)); }

  /// What a comparison says of a sweep whose five seeds have accuracies with this gap, each with noise of its
  /// own.
  ConfigurationSummary with_gap(double gap, double noise) {
    std::vector<StoredRun> runs;
    for (int s = 0; s < 5; ++s)
      runs.push_back(test::ending(spec(10, s), noisy(0.8 + gap, noise), noisy(0.8, 2 * noise)));
    return compare(results(1, std::move(runs))).configurations.front();
  }

  double uniform(double least, double most) { return std::uniform_real_distribution(least, most)(random_); }

  /// A loss that falls fast and then, from epoch `turn` on, by `slope` an epoch, or rises; a training loss
  /// that falls to the end; normal noise after every epoch.
  ConfigurationSummary with_loss(int seeds, int epochs, int turn, double slope, double noise) {
    std::vector<StoredRun> runs;
    for (int s = 0; s < seeds; ++s) {
      std::vector<float> loss, train_loss;
      for (int e = 0; e <= epochs; ++e) {
        const double fast = 1.6 * std::exp(-16.0 * e / epochs);
        loss.push_back(noisy(0.6 + fast + slope * std::max(e - turn, 0), noise));
        train_loss.push_back(noisy(0.5 + fast - 0.4 * e / epochs, noise));
      }
      runs.push_back(stored(spec(10, s), RunStatus::done, std::vector<float>(loss.size(), 0.9f),
                            std::vector<float>(loss.size(), 0.8f), loss));
      runs.back().curves[Metric::train_loss] = std::move(train_loss);
    }
    ResultsData sweep = results(epochs, std::move(runs));
    sweep.origin.data.train_size = sweep.origin.data.test_size = 10'000;
    return compare(sweep).configurations.front();
  }

  /// An even choice of lengths.
  int some_epochs() { return std::array{10, 20, 40, 100, 200}[static_cast<std::size_t>(random_() % 5)]; }

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

TEST_F(MadeUp, ALossThatFallsOrStaysIsSeldomSaidToOverfit) {
  for (const int seeds : {1, 3, 5, 10}) {
    int said = 0, perhaps = 0;
    for (int i = 0; i < sweeps; ++i) {
      const int epochs = some_epochs();
      const double slope = i % 2 == 0 ? 0 : -0.1 / epochs,
                   noise = 0.6 * std::exp(uniform(std::log(1e-3), std::log(0.03)));
      const Verdict verdict = with_loss(seeds, epochs, epochs / 3, slope, noise).verdict;
      said += verdict == Verdict::overfits;
      perhaps += verdict == Verdict::perhaps;
    }
    EXPECT_LE(said, 25) << seeds;
    EXPECT_LE(perhaps, 60) << seeds;
  }
}

// By four times the noise of an epoch or more, and by 4 to 30 %.
TEST_F(MadeUp, ALossThatRisesIsSaidToOverfitAndMoreSeedsSayItMoreOften) {
  double before = 0.9;
  for (const int seeds : {1, 3, 5, 10}) {
    int said = 0, onsets = 0;
    for (int i = 0; i < sweeps; ++i) {
      const int epochs = some_epochs(), turn = epochs / 4 + static_cast<int>(uniform(0, epochs / 4.0));
      const double rise = uniform(0.04, 0.3), noise = 0.6 * rise * uniform(0.01, 0.25);
      const double slope = 0.6 * rise / (epochs - turn);
      const ConfigurationSummary judged = with_loss(seeds, epochs, turn, slope, noise);
      if (judged.verdict != Verdict::overfits) continue;
      ++said;
      // Where the loss, with what is left of its fast fall, lies 1 % above its minimum.
      int lowest = 1;
      const auto truth = [&](int e) {
        return 0.6 + 1.6 * std::exp(-16.0 * e / epochs) + slope * std::max(e - turn, 0);
      };
      for (int e = 1; e <= epochs; ++e)
        if (truth(e) < truth(lowest)) lowest = e;
      int onset = lowest;
      while (truth(onset) <= 1.01 * truth(lowest)) ++onset;
      onsets += std::abs(judged.overfits_from - onset) <= std::max(1, epochs / 10);
    }
    EXPECT_GE(said, before * sweeps) << seeds;
    EXPECT_GE(onsets, 0.9 * said) << seeds;
    before = said / static_cast<double>(sweeps) - 0.01;
  }
}

}  // namespace
}  // namespace runner
