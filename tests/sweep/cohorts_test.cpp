#include "runner/sweep/cohorts.hpp"

#include "runner/error/error.hpp"
#include "runner/sweep/work.hpp"

#include "support/tiny_dataset.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Runs = std::vector<std::size_t>;

Sweep sweep_of(const std::vector<RunSpec>& specs) {
  Sweep sweep;
  for (const RunSpec& spec : specs) sweep.runs.push_back({spec, ""});
  return sweep;
}

/// Runs that share their batches, of these hidden sizes.
Sweep of_widths(const std::vector<std::int32_t>& hidden_sizes) {
  std::vector<RunSpec> specs;
  for (const std::int32_t hidden_size : hidden_sizes) specs.push_back({.hidden_size = hidden_size});
  return sweep_of(specs);
}

constexpr std::size_t max_hidden = 208;

std::vector<Cohort> cohorts_of(const Sweep& sweep, std::size_t threads = 1) {
  Runs all(sweep.runs.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return make_cohorts(sweep, test::tiny_dataset(), all, threads, max_hidden);
}

std::vector<Runs> runs_of(const std::vector<Cohort>& cohorts) {
  std::vector<Runs> runs;
  for (const Cohort& cohort : cohorts) runs.push_back(cohort.runs);
  return runs;
}

std::size_t hidden_units(const Cohort& cohort, const Sweep& sweep) {
  std::size_t units = 0;
  for (const std::size_t run : cohort.runs)
    units += static_cast<std::size_t>(sweep.runs[run].spec.hidden_size);
  return units;
}

TEST(MakeCohorts, NoRunsMakeNone) {
  EXPECT_THAT(cohorts_of(sweep_of({}), 4), IsEmpty());
}

TEST(MakeCohorts, OneRunMakesOne) {
  const Sweep sweep = of_widths({50});
  const std::vector<Cohort> cohorts = cohorts_of(sweep, 8);
  EXPECT_THAT(runs_of(cohorts), ElementsAre(Runs{0}));
  EXPECT_EQ(cohorts[0].cost, run_cost(sweep.runs[0].spec, test::tiny_dataset()));
}

TEST(MakeCohorts, RunsOfACohortShareTheirBatches) {
  const Sweep sweep =
      sweep_of({{.learning_rate = 0.1, .batch_size = 20},
                {.batch_size = 10},
                {.learning_rate = 0.2, .batch_size = 20},
                {.batch_size = 20, .seed = 2},
                {.batch_size = 20, .sampling = Sampling::with_replacement},
                {.batch_size = 20, .loss = Loss::mean_squared_error, .weight_init_std = 0.5}});
  EXPECT_THAT(runs_of(cohorts_of(sweep)),
              testing::UnorderedElementsAre(Runs{0, 2, 5}, Runs{1}, Runs{3}, Runs{4}));
}

TEST(MakeCohorts, ARunByNumericalGradientsIsAlone) {
  const Sweep sweep = sweep_of({{.gradient = Gradient::numerical},
                                {.learning_rate = 0.2},
                                {.learning_rate = 0.2, .gradient = Gradient::numerical},
                                {.learning_rate = 0.3}});
  EXPECT_THAT(runs_of(cohorts_of(sweep)), testing::UnorderedElementsAre(Runs{0}, Runs{2}, Runs{1, 3}));
}

TEST(MakeCohorts, TakesOnlyTheRunsAskedFor) {
  const Sweep sweep = of_widths({10, 10, 10, 10});
  EXPECT_THAT(runs_of(make_cohorts(sweep, test::tiny_dataset(), Runs{3, 1}, 1)), ElementsAre(Runs{1, 3}));
}

TEST(MakeCohorts, MostExpensiveComesFirst) {
  const Sweep sweep = sweep_of({{.hidden_size = 10, .seed = 1},
                                {.hidden_size = 30, .seed = 2},
                                {.hidden_size = 20, .seed = 3},
                                {.hidden_size = 20, .seed = 4}});
  EXPECT_THAT(runs_of(cohorts_of(sweep)), ElementsAre(Runs{1}, Runs{2}, Runs{3}, Runs{0}));
}

TEST(MakeCohorts, CostIsTheSumOfTheRuns) {
  const Sweep sweep = of_widths({10, 20});
  EXPECT_EQ(cohorts_of(sweep)[0].cost, run_cost(sweep.runs[0].spec, test::tiny_dataset()) +
                                           run_cost(sweep.runs[1].spec, test::tiny_dataset()));
}

TEST(MakeCohorts, WhatHasBegunComesFirst) {
  Sweep sweep = of_widths({100, 10, 20, 30});
  sweep.config.epochs = 10;
  const std::vector<int> epochs{0, 9, 9, 2};
  const std::vector<Cohort> cohorts = make_cohorts(sweep, test::tiny_dataset(), Runs{0, 1, 2, 3}, epochs, 1);
  EXPECT_THAT(runs_of(cohorts), ElementsAre(Runs{3}, Runs{1, 2}, Runs{0}));
  EXPECT_EQ(cohorts[0].epoch, 2);
  EXPECT_EQ(cohorts[1].epoch, 9);
  EXPECT_EQ(cohorts[2].epoch, 0);
}

TEST(MakeCohorts, LargeGroupsAreDividedEvenly) {
  const Sweep sweep =
      of_widths({100, 100, 100, 100, 50, 50, 50, 50, 25, 25, 25, 25});  // 700 units: 4 cohorts
  const std::vector<Cohort> cohorts = cohorts_of(sweep);
  ASSERT_EQ(cohorts.size(), 4u);
  for (const Cohort& cohort : cohorts) EXPECT_EQ(hidden_units(cohort, sweep), 175u);
}

TEST(MakeCohorts, TinyRunsFillTheirCohorts) {
  const Sweep sweep = of_widths(std::vector<std::int32_t>(40, 20));
  const std::vector<Cohort> cohorts = cohorts_of(sweep);
  ASSERT_EQ(cohorts.size(), 4u);
  for (const Cohort& cohort : cohorts) EXPECT_EQ(cohort.runs.size(), 10u);
}

TEST(MakeCohorts, ExactlyTheLimitIsOneCohort) {
  EXPECT_EQ(cohorts_of(of_widths({104, 104})).size(), 1u);
  EXPECT_EQ(cohorts_of(of_widths({104, 105})).size(), 2u);
}

TEST(MakeCohorts, RunsTooWideForTwoMakeTheirOwnCohorts) {
  EXPECT_EQ(cohorts_of(of_widths({105, 105, 105, 105})).size(), 4u);
}

TEST(MakeCohorts, RunWiderThanTheLimitIsAlone) {
  EXPECT_THAT(runs_of(cohorts_of(of_widths({20, 1000, 30}))), ElementsAre(Runs{1}, Runs{0, 2}));
}

TEST(MakeCohorts, AreDividedFurtherForIdleThreads) {
  const Sweep sweep = of_widths(std::vector<std::int32_t>(9, 10));
  EXPECT_EQ(cohorts_of(sweep, 1).size(), 1u);
  const std::vector<Cohort> three = cohorts_of(sweep, 3);
  ASSERT_EQ(three.size(), 3u);
  for (const Cohort& cohort : three) EXPECT_EQ(cohort.runs.size(), 3u);
  EXPECT_EQ(cohorts_of(sweep, 64).size(), 9u);
}

TEST(MakeCohorts, TheLargestIsDividedFirst) {
  const Sweep sweep = sweep_of({{.hidden_size = 10, .seed = 1},
                                {.hidden_size = 10, .seed = 1},
                                {.hidden_size = 50, .seed = 2},
                                {.hidden_size = 50, .seed = 2}});
  EXPECT_THAT(runs_of(cohorts_of(sweep, 3)), ElementsAre(Runs{2}, Runs{3}, Runs{0, 1}));
}

TEST(MakeCohorts, HoldEveryRunOnceWithinTheLimit) {
  std::vector<RunSpec> specs;
  for (std::int32_t i = 0; i < 2000; ++i)
    specs.push_back({.batch_size = 1 + i % 3, .hidden_size = 1 + i * 7919 % 300, .seed = i % 5});
  const Sweep sweep = sweep_of(specs);
  Runs seen;
  for (const Cohort& cohort : cohorts_of(sweep, 16)) {
    EXPECT_TRUE(std::is_sorted(cohort.runs.begin(), cohort.runs.end()));
    EXPECT_TRUE(cohort.runs.size() == 1 || hidden_units(cohort, sweep) <= max_hidden);
    for (const std::size_t run : cohort.runs)
      EXPECT_TRUE(same_cohort(sweep.runs[run].spec, sweep.runs[cohort.runs.front()].spec));
    seen.insert(seen.end(), cohort.runs.begin(), cohort.runs.end());
  }
  std::sort(seen.begin(), seen.end());
  Runs all(specs.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  EXPECT_EQ(seen, all);
}

TEST(MakeCohorts, DoNotDependOnTheOrderInWhichRunsAreAskedFor) {
  const Sweep sweep = of_widths({100, 20, 70, 50, 50, 90, 10});
  EXPECT_EQ(runs_of(make_cohorts(sweep, test::tiny_dataset(), Runs{0, 1, 2, 3, 4, 5, 6}, 2)),
            runs_of(make_cohorts(sweep, test::tiny_dataset(), Runs{6, 2, 0, 5, 3, 1, 4}, 2)));
}

// Grouping that compared each run with each other would take minutes.
TEST(MakeCohorts, AreMadeForAHundredThousandRuns) {
  std::vector<RunSpec> one_group(100'000), many_groups(100'000);
  for (std::size_t i = 0; i < one_group.size(); ++i) {
    one_group[i].hidden_size = static_cast<std::int32_t>(1 + i % 150);
    many_groups[i].seed = static_cast<std::int64_t>(i);
  }
  EXPECT_GT(cohorts_of(sweep_of(one_group), 64).size(), 30'000u);
  EXPECT_EQ(cohorts_of(sweep_of(many_groups), 64).size(), 100'000u);
}

TEST(ShareOf, IsEveryRunOnceAndOfEqualCost) {
  std::vector<RunSpec> specs;
  for (std::int32_t i = 0; i < 2000; ++i)
    specs.push_back({.batch_size = 1 + i % 3, .hidden_size = 1 + i * 7919 % 300, .seed = i % 5});
  Sweep sweep = sweep_of(specs);
  for (std::size_t r = 0; r < sweep.runs.size(); ++r) sweep.runs[r].index = static_cast<std::int32_t>(r);
  double total = 0;
  for (const auto& run : sweep.runs) total += run_cost(run.spec, test::tiny_dataset());
  std::vector<std::int32_t> seen;
  for (std::size_t shard = 1; shard <= 7; ++shard) {
    const Sweep share = share_of(sweep, test::tiny_dataset(), shard, 7);
    double cost = 0;
    for (const auto& run : share.runs) {
      cost += run_cost(run.spec, test::tiny_dataset());
      EXPECT_EQ(run.spec, specs[static_cast<std::size_t>(run.index)]);
      seen.push_back(run.index);
    }
    EXPECT_NEAR(cost / (total / 7), 1, 0.1);
  }
  std::sort(seen.begin(), seen.end());
  ASSERT_EQ(seen.size(), specs.size());
  for (std::size_t r = 0; r < seen.size(); ++r) EXPECT_EQ(seen[r], static_cast<std::int32_t>(r));
}

TEST(ShareOf, IsOneRunAtLeast) {
  const Sweep sweep = of_widths({1, 100, 1});
  for (std::size_t shard = 1; shard <= 3; ++shard)
    EXPECT_EQ(share_of(sweep, test::tiny_dataset(), shard, 3).runs.size(), 1u);
  EXPECT_THROW(share_of(sweep, test::tiny_dataset(), 1, 4), Error);
}

}  // namespace
}  // namespace runner
