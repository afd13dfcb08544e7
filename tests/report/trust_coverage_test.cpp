#include "runner/report/comparison.hpp"
#include "runner/report/trust.hpp"

#include "report/hand_made.hpp"
#include "seeds.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

// How often what is said of the best configuration is true: of sweeps that were made up, and of real ones of
// twelve networks, fifty seeds each (tests/report/fifty_seeds).
namespace runner {
namespace {

constexpr int sweeps = 1000;

/// By the number of seeds.
class MadeUpSweeps : public testing::TestWithParam<int> {
 protected:
  using Truth = std::vector<double>;

  double normal() { return normal_(random_); }

  /// A sweep of so many configurations: accuracy(configuration, epoch), called for the epochs of a seed in
  /// turn, is with the noise of both.
  static ResultsData curves(std::int32_t configurations, int epochs,
                            const std::function<double(std::int32_t, int)>& accuracy) {
    std::vector<StoredRun> runs;
    for (int s = 0; s < GetParam(); ++s)
      for (std::int32_t c = 0; c < configurations; ++c) {
        std::vector<float> test{0.1f};
        for (int e = 1; e <= epochs; ++e) test.push_back(static_cast<float>(accuracy(c, e)));
        const std::size_t places = test.size();
        runs.push_back(test::stored(test::spec(c + 1, s), RunStatus::done, std::vector<float>(places, 0.9f),
                                    std::move(test), std::vector<float>(places, 1)));
      }
    ResultsData data = test::results(epochs, std::move(runs));
    data.origin.data.test_size = 2000;
    return data;
  }

  /// Configurations of these true accuracies, in steps of 1/2000: noise(configuration, seed's own number).
  std::vector<JudgedSeeds> sweep(const Truth& truth,
                                 const std::function<double(std::size_t, double)>& noise) {
    std::vector<JudgedSeeds> all(truth.size());
    for (int s = 0; s < GetParam(); ++s) {
      const double shared = normal();
      for (std::size_t c = 0; c < truth.size(); ++c) {
        const double accuracy = std::round(2000 * (truth[c] + noise(c, shared))) / 2000;
        all[c].push_back({s, 0, accuracy, accuracy, accuracy});
      }
    }
    return all;
  }

  /// In so many of the sweeps the true best is told from the best, and so many others are on average.
  struct Count {
    int wrong = 0;
    double others = 0;
  };
  Count count(const Truth& truth, const std::function<double(std::size_t, double)>& noise) {
    const auto best = static_cast<std::size_t>(std::max_element(truth.begin(), truth.end()) - truth.begin());
    Count result;
    for (int i = 0; i < sweeps; ++i) {
      const std::vector<bool> told = told_from_best(sweep(truth, noise), 1.0 / 2000);
      result.wrong += told[best];
      result.others += static_cast<double>(std::count(told.begin(), told.end(), true) - told[best]) / sweeps;
    }
    return result;
  }

 private:
  std::mt19937 random_{20};
  std::normal_distribution<double> normal_;
};

// 5 of 100 at most; 65 of 1,000 are two standard deviations more.
TEST_P(MadeUpSweeps, TheTrueBestIsSeldomToldFromTheBest) {
  const Truth equal(12, 0.8);
  Truth steps, two(12, 0.7);
  for (int c = 0; c < 12; ++c) steps.push_back(0.8 + 0.002 * c);
  two[3] = two[8] = 0.8;
  const auto independent = [&](std::size_t, double) { return 0.005 * normal(); };
  const auto correlated = [&](std::size_t, double shared) { return 0.01 * shared + 0.003 * normal(); };
  const auto unequal = [&](std::size_t c, double) { return 0.001 * static_cast<double>(1 + c) * normal(); };
  const auto unlike = [&](std::size_t c, double shared) {
    return (c % 2 == 0 ? 0.005 : -0.005) * shared + 0.002 * normal();
  };
  const auto expect = [&](const std::string& what, const Truth& truth, const auto& noise) {
    const Count counted = count(truth, noise);
    EXPECT_LE(counted.wrong, 65) << what;
    RecordProperty(what, std::to_string(counted.wrong) + ", others " + std::to_string(counted.others));
  };
  expect("equal", equal, independent);
  expect("equal_correlated", equal, correlated);
  expect("equal_unequal_noise", equal, unequal);
  expect("equal_unlike", equal, unlike);
  expect("steps", steps, independent);
  expect("steps_correlated", steps, correlated);
  expect("steps_unequal_noise", steps, unequal);
  expect("steps_unlike", steps, unlike);
  expect("two", two, independent);
}

// Accuracies that jitter from epoch to epoch: which epoch is the best is chance, too.
TEST_P(MadeUpSweeps, TheTrueBestIsSeldomToldWhereEpochsAreChosenByChance) {
  const auto expect = [&](const std::string& what, double own_noise, double jitter, double jitter_of_odd) {
    int wrong = 0;
    double own = 0;
    const auto accuracy = [&](std::int32_t c, int epoch) {
      if (epoch == 1) own = own_noise * normal();
      return 0.8 + own + (c % 2 == 0 ? jitter : jitter_of_odd) * normal();
    };
    for (int i = 0; i < sweeps; ++i)
      for (const ConfigurationSummary& c : compare(curves(8, 10, accuracy)).configurations)
        wrong += c.spec.hidden_size == 1 && c.told_from_best;
    EXPECT_LE(wrong, 65) << what;
    RecordProperty(what, wrong);
  };
  expect("jitter", 0, 0.005, 0.005);
  expect("jitter_and_seeds", 0.004, 0.003, 0.003);
  expect("unequal_jitter", 0.001, 0.001, 0.006);
}

TEST_P(MadeUpSweeps, WhatIsMuchWorseIsTold) {
  Truth truth(12, 0.5);
  truth[5] = 0.8;
  const Count counted =
      count(truth, [&](std::size_t, double shared) { return 0.01 * shared + 0.003 * normal(); });
  EXPECT_GE(counted.others, 10.9);
}

// The largest of twelve means, each of its best epoch, is too large; what choices lead to is known but for
// noise.
TEST_P(MadeUpSweeps, TheWinnerWithoutItsLuckIsRightOnAverage) {
  for (const double step : {0.0, 0.001}) {
    double raw = 0, corrected = 0;
    const auto truth = [&](std::int32_t c, int epoch) { return 0.7 + step * c + 0.0005 * epoch; };
    double own = 0;
    const auto accuracy = [&](std::int32_t c, int epoch) {
      if (epoch == 1) own = 0.003 * normal();
      return truth(c, epoch) + own + 0.003 * normal();
    };
    for (int i = 0; i < sweeps; ++i) {
      const Comparison comparison = compare(curves(8, 4, accuracy));
      const ConfigurationSummary& best = comparison.configurations[*comparison.best()];
      const double real = truth(best.spec.hidden_size - 1, best.best_epoch);
      raw += (best.best_accuracy.mean - real) / sweeps;
      corrected += (comparison.trust.test_accuracy - real) / sweeps;
    }
    EXPECT_GT(raw, 0.0015);
    EXPECT_NEAR(corrected, 0, 0.0006);
    RecordProperty("raw_" + std::to_string(step), std::to_string(raw));
    RecordProperty("corrected_" + std::to_string(step), std::to_string(corrected));
  }
}

INSTANTIATE_TEST_SUITE_P(OfThem, MadeUpSweeps, testing::Values(3, 5, 10));

// With as many seeds as it takes by a known difference and noise, the worse is told from the better in 80 of
// 100 sweeps; of few seeds in somewhat more.
TEST(SeedsToTell, AreEnoughIn80Of100) {
  std::mt19937 random{20};
  std::normal_distribution<double> normal;
  for (const double effect : {0.4, 0.8, 1.5, 2.5}) {
    const std::size_t n = seeds_to_tell(effect, 1, 12);
    int told = 0;
    for (int i = 0; i < sweeps; ++i) {
      std::vector<JudgedSeeds> all(12);
      for (std::size_t s = 0; s < n; ++s)
        for (std::size_t c = 0; c < 12; ++c) {
          const double own = (c == 0 ? effect : c == 1 ? 0 : -100) + std::sqrt(0.5) * normal(random);
          all[c].push_back({static_cast<std::int64_t>(s), 0, own, 0, own});
        }
      told += told_from_best(all)[1];
    }
    EXPECT_GE(told, 740) << effect << ' ' << n;
    EXPECT_LE(told, 940) << effect << ' ' << n;
    RecordProperty("told_" + std::to_string(n), told);
  }
}

/// The seeds drawn, and the others.
class FiftySeedsOfTheBest : public testing::TestWithParam<int> {
 protected:
  std::pair<ResultsData, ResultsData> draw(int n) {
    std::shuffle(seeds_.begin(), seeds_.end(), random_);
    ResultsData few = all_, others = all_;
    const auto is_drawn = [&](const StoredRun& run) {
      return std::find(seeds_.begin(), seeds_.begin() + n, run.run.spec.seed) != seeds_.begin() + n;
    };
    std::erase_if(few.runs, [&](const StoredRun& run) { return !is_drawn(run); });
    std::erase_if(others.runs, is_drawn);
    return {std::move(few), std::move(others)};
  }

  static double mean_accuracy(const ResultsData& results, const ConfigurationSummary& which, int epoch) {
    double sum = 0;
    int count = 0;
    for (const StoredRun& run : results.runs) {
      RunSpec spec = run.run.spec;
      spec.seed = which.spec.seed;
      if (!(spec == which.spec)) continue;
      sum += static_cast<double>(run.curves[Metric::test_accuracy][static_cast<std::size_t>(epoch)]);
      ++count;
    }
    return sum / count;
  }

  ResultsData all_ = read_results(std::filesystem::path(RUNNER_FIFTY_SEEDS));
  std::vector<std::int64_t> seeds_ = one_to_fifty();
  std::mt19937 random_{1};

 private:
  static std::vector<std::int64_t> one_to_fifty() {
    std::vector<std::int64_t> seeds(50);
    std::iota(seeds.begin(), seeds.end(), 1);
    return seeds;
  }
};

TEST_P(FiftySeedsOfTheBest, TheTrueBestIsSeldomToldAndTheWinnerIsNotTooGood) {
  constexpr int draws = 300;
  int wrong = 0;
  double alike = 0, raw = 0, corrected = 0;
  for (int i = 0; i < draws; ++i) {
    const auto [few, others] = draw(GetParam());
    const Comparison said = compare(few), truth = compare(others);
    const ConfigurationSummary& best = said.configurations[*said.best()];
    wrong += said.configurations[*truth.best()].told_from_best;
    alike += static_cast<double>(said.like_the_best().size()) / draws;
    const double real = mean_accuracy(others, best, best.best_epoch);
    raw += (best.best_accuracy.mean - real) / draws;
    corrected += (said.trust.test_accuracy - real) / draws;
  }
  EXPECT_LE(wrong, 0.05 * draws);
  // Of three seeds it is a little too low: two choose less well than three.
  EXPECT_LE(std::abs(corrected), GetParam() == 3 ? 0.003 : 0.0015);
  EXPECT_LE(std::abs(corrected), raw / 2);
  RecordProperty("wrong", wrong);
  RecordProperty("alike", std::to_string(alike));
  RecordProperty("raw", std::to_string(raw));
  RecordProperty("corrected", std::to_string(corrected));
}

// Seeds of one configuration, dealt to several that are therefore equal: none is worse.
TEST_P(FiftySeedsOfTheBest, EqualsAreSeldomTold) {
  constexpr int deals = 100;
  const auto n = static_cast<std::size_t>(GetParam());
  int wrong = 0, all = 0;
  for (const Runs& runs : configurations_of(all_))
    for (int i = 0; i < deals; ++i, ++all) {
      std::shuffle(seeds_.begin(), seeds_.end(), random_);
      ResultsData dealt = all_;
      dealt.runs.clear();
      for (std::size_t k = 0; k < seeds_.size() / n * n; ++k) {
        dealt.runs.push_back(*runs[static_cast<std::size_t>(seeds_[k]) - 1]);
        RunSpec& spec = dealt.runs.back().run.spec;
        spec.hidden_size = static_cast<std::int32_t>(1 + k / n);
        spec.seed = static_cast<std::int64_t>(k % n);
      }
      for (const ConfigurationSummary& c : compare(dealt).configurations)
        wrong += c.spec.hidden_size == 1 && c.told_from_best;
    }
  EXPECT_LE(wrong, 0.05 * all);
  RecordProperty("wrong", std::to_string(wrong) + " of " + std::to_string(all));
}

INSTANTIATE_TEST_SUITE_P(OfThem, FiftySeedsOfTheBest, testing::Values(3, 5, 10));

}  // namespace
}  // namespace runner
