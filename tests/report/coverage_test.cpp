#include "runner/report/comparison.hpp"
#include "runner/report/effect.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

// How often intervals hold the truth, on a real sweep: twelve networks, fifty seeds each
// (tests/report/fifty_seeds). A few seeds are drawn and held against all the others.
namespace runner {
namespace {

constexpr int draws = 300, all_seeds = 50;

class FiftySeeds : public testing::TestWithParam<int> {
 protected:
  /// The drawn seeds, and the others.
  std::pair<ResultsData, ResultsData> draw() {
    std::shuffle(seeds_.begin(), seeds_.end(), random_);
    const auto drawn = seeds_.begin() + GetParam();
    ResultsData few = all_, others = all_;
    const auto is_drawn = [&](const StoredRun& run) {
      return std::find(seeds_.begin(), drawn, run.run.spec.seed) != drawn;
    };
    std::erase_if(few.runs, [&](const StoredRun& run) { return !is_drawn(run); });
    std::erase_if(others.runs, is_drawn);
    return {std::move(few), std::move(others)};
  }

  /// The mean of the others has noise of its own: the interval is as much wider.
  static bool holds(const Estimate& few, const Estimate& others) {
    const double n = GetParam();
    return std::abs(few.mean - others.mean) <= few.half_width * std::sqrt(1 + n / (all_seeds - n));
  }

 private:
  static std::vector<std::int64_t> one_to_fifty() {
    std::vector<std::int64_t> seeds;
    for (int seed = 1; seed <= all_seeds; ++seed) seeds.push_back(seed);
    return seeds;
  }

  ResultsData all_ = read_results(std::filesystem::path(RUNNER_FIFTY_SEEDS));
  std::vector<std::int64_t> seeds_ = one_to_fifty();
  std::mt19937 random_{1};
};

TEST_P(FiftySeeds, IntervalsOfTheTableHoldTheTruthIn95Of100) {
  std::map<std::string, int> held, asked;
  for (int i = 0; i < draws; ++i) {
    const auto [few, others] = draw();
    const Comparison c = compare(few), truth = compare(others);
    for (std::size_t k = 0; k < c.configurations.size(); ++k) {
      const auto ask = [&](const std::string& what, const auto& estimate) {
        held[what] += holds(estimate(c.configurations[k]), estimate(truth.configurations[k]));
        ++asked[what];
      };
      for (const Metric metric :
           {Metric::train_accuracy, Metric::test_accuracy, Metric::train_loss, Metric::test_loss})
        ask(std::string(info(metric).name),
            [&](const ConfigurationSummary& one) { return one.last[metric]; });
      ask("gap", [](const ConfigurationSummary& one) { return one.gap; });
    }
  }
  for (const auto& [what, count] : held) {
    const double share = static_cast<double>(count) / asked[what];
    EXPECT_GE(share, 0.92) << what;
    EXPECT_LE(share, 0.98) << what;
    RecordProperty(what, std::to_string(share));
  }
}

TEST_P(FiftySeeds, ChangesByAnAxisHoldTheTruthTogetherIn95Of100) {
  for (const std::string axis : {"learning_rate", "hidden_size"}) {
    int test_held = 0, gap_held = 0;
    for (int i = 0; i < draws; ++i) {
      const auto [few, others] = draw();
      const Effect effect = effect_of(few, axis), truth = effect_of(others, axis);
      bool test = true, gap = true;
      for (std::size_t v = 1; v < effect.values.size(); ++v) {
        test = test && holds(effect.values[v].test_change, truth.values[v].test_change);
        gap = gap && holds(effect.values[v].gap_change, truth.values[v].gap_change);
      }
      test_held += test;
      gap_held += gap;
    }
    EXPECT_GE(test_held, 0.93 * draws) << axis;
    EXPECT_GE(gap_held, 0.93 * draws) << axis;
    RecordProperty(axis + "_test", test_held);
    RecordProperty(axis + "_gap", gap_held);
  }
}

/// Where values do nothing: hidden sizes that are one network under four names, by seeds that are not the
/// same.
TEST_P(FiftySeeds, OfValuesThatDoNothing5Of100TablesHaveAMark) {
  int marked = 0;
  for (int i = 0; i < draws; ++i) {
    ResultsData few = draw().first;
    // Each learning rate has the numbers of the first, of seeds of its own.
    std::vector<StoredRun> first;
    for (int rate = 0; rate < 4; ++rate)
      for (StoredRun run : draw().first.runs)
        if (run.run.spec.learning_rate == 0.4) {
          run.run.spec.learning_rate = 1 + rate;
          const auto same = std::count_if(first.begin(), first.end(), [&](const StoredRun& other) {
            return other.run.spec.learning_rate == run.run.spec.learning_rate &&
                   other.run.spec.hidden_size == run.run.spec.hidden_size;
          });
          run.run.spec.seed = same;
          first.push_back(std::move(run));
        }
    few.runs = std::move(first);
    marked += to_table(effect_of(few, "learning_rate")).find("  *") != std::string::npos;
  }
  EXPECT_LE(marked, 0.09 * draws);
  RecordProperty("marked", marked);
}

INSTANTIATE_TEST_SUITE_P(OfThem, FiftySeeds, testing::Values(3, 5, 10));

/// Networks that overfit, twenty seeds each, up to 400 epochs (tests/report/verdicts), where epochs are
/// chosen. An accuracy at a chosen epoch is held against that of the other seeds at that epoch.
TEST(TwentySeeds, IntervalsAtChosenEpochsHoldTheTruthAsOftenAsTheHeadersSay) {
  constexpr int all_seeds_here = 20, draws_here = 10;
  std::mt19937 random{1};
  std::map<std::string, int> held, asked;
  for (const auto& file : std::filesystem::directory_iterator(RUNNER_VERDICTS)) {
    if (file.path().extension() != ".h5") continue;
    const ResultsData all = read_results(file.path());
    std::vector<std::int64_t> seeds;
    for (const StoredRun& run : all.runs)
      if (std::find(seeds.begin(), seeds.end(), run.run.spec.seed) == seeds.end())
        seeds.push_back(run.run.spec.seed);
    ASSERT_EQ(seeds.size(), static_cast<std::size_t>(all_seeds_here));
    for (int i = 0; i < 3 * draws_here; ++i) {
      const int n = std::array{3, 5, 10}[static_cast<std::size_t>(i) % 3];
      std::shuffle(seeds.begin(), seeds.end(), random);
      ResultsData few = all, others = all;
      const auto is_drawn = [&](const StoredRun& run) {
        return std::find(seeds.begin(), seeds.begin() + n, run.run.spec.seed) != seeds.begin() + n;
      };
      std::erase_if(few.runs, [&](const StoredRun& run) { return !is_drawn(run); });
      std::erase_if(others.runs, is_drawn);
      for (const ConfigurationSummary& c : compare(few).configurations) {
        std::vector<const StoredRun*> same;
        for (const StoredRun& run : others.runs) {
          RunSpec spec = run.run.spec;
          spec.seed = c.spec.seed;
          if (spec == c.spec && run.status == RunStatus::done) same.push_back(&run);
        }
        if (!c.learned() || c.diverged > 0 || same.size() != static_cast<std::size_t>(all_seeds_here - n))
          continue;
        const auto test_accuracy = [&](int epoch) {
          double sum = 0;
          for (const StoredRun* run : same)
            sum += run->curves[Metric::test_accuracy][static_cast<std::size_t>(epoch)];
          return sum / static_cast<double>(same.size());
        };
        const auto ask = [&](const std::string& what, const Estimate& estimate, double truth) {
          const double wider = std::sqrt(1 + n / static_cast<double>(all_seeds_here - n));
          held[what] += std::abs(estimate.mean - truth) <= estimate.half_width * wider + 1e-9;
          ++asked[what];
        };
        ask("test_accuracy", c.last[Metric::test_accuracy], test_accuracy(all.epochs()));
        ask("best_test_accuracy", c.best_test_accuracy, test_accuracy(c.best_epoch));
        if (c.stop_epoch < all.epochs())
          ask("stopping_gain", c.stopping_gain, test_accuracy(c.stop_epoch) - test_accuracy(all.epochs()));
      }
    }
  }
  const auto share = [&](const std::string& what) { return static_cast<double>(held[what]) / asked[what]; };
  for (const auto& [what, count] : asked) {
    EXPECT_GT(count, 500) << what;
    RecordProperty(what, std::to_string(share(what)));
  }
  EXPECT_GE(share("test_accuracy"), 0.92);
  EXPECT_GE(share("stopping_gain"), 0.89);
  // The best of many epochs is chosen by the accuracy itself.
  EXPECT_GE(share("best_test_accuracy"), 0.74);
  EXPECT_LE(share("best_test_accuracy"), 0.86);
}

}  // namespace
}  // namespace runner
