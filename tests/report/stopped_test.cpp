// Configurations with seeds that were stopped early.

#include "runner/report/comparison.hpp"
#include "runner/report/curves.hpp"
#include "runner/report/effect.hpp"
#include "runner/report/figures.hpp"
#include "runner/report/importance.hpp"
#include "runner/report/live.hpp"
#include "runner/report/page.hpp"

#include "hand_made.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using test::results;
using test::spec;
using testing::HasSubstr;
using testing::Not;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// Of a sweep of four epochs: accuracies rise by an eighth each; the curves end at `last`.
StoredRun ended(std::int32_t hidden_size, std::int64_t seed, int last) {
  std::vector<float> accuracy, loss;
  for (int e = 0; e <= 4; ++e) {
    accuracy.push_back(e <= last ? static_cast<float>(e) / 8 + 0.25f : nan);
    loss.push_back(e <= last ? 2.0f - static_cast<float>(e) / 4 : nan);
  }
  StoredRun run = test::stored(spec(hidden_size, seed), last == 4 ? RunStatus::done : RunStatus::stopped,
                               accuracy, accuracy, loss);
  run.curves[Metric::test_accuracy][0] = 0;
  for (int e = last + 1; e <= 4; ++e) run.curves[Metric::train_loss][static_cast<std::size_t>(e)] = nan;
  run.epochs_done = last;
  return run;
}

/// Three configurations of two seeds: one that is done, one stopped after epoch 2, one with a seed each.
ResultsData three() {
  return results(4, {ended(10, 1, 4), ended(10, 2, 4), ended(20, 1, 2), ended(20, 2, 2), ended(30, 1, 3),
                     ended(30, 2, 4)});
}

TEST(StoppedEarly, AConfigurationIsMeasuredAfterTheLastEpochOfAllItsSeeds) {
  const Comparison c = compare(three());
  ASSERT_EQ(c.configurations.size(), 3u);
  const ConfigurationSummary &done = c.configurations[0], &stopped = c.configurations[1],
                             &some = c.configurations[2];
  EXPECT_EQ(done.epochs, 4);
  EXPECT_EQ(done.last[Metric::train_accuracy].mean, 0.75);
  EXPECT_EQ(done.stopped, 0u);
  EXPECT_EQ(stopped.epochs, 2);
  EXPECT_EQ(stopped.measured, 2u);
  EXPECT_EQ(stopped.done, 0u);
  EXPECT_EQ(stopped.stopped, 2u);
  EXPECT_EQ(stopped.last[Metric::train_accuracy].mean, 0.5);
  EXPECT_EQ(stopped.best_epoch, 2);
  EXPECT_EQ(stopped.verdict, Verdict::fits);
  EXPECT_EQ(some.epochs, 3);
  EXPECT_EQ(some.measured, 2u);
  EXPECT_EQ(some.done, 1u);
  EXPECT_EQ(some.last[Metric::test_accuracy].mean, 0.625);
  EXPECT_EQ(c.best(), 0u);
}

TEST(StoppedEarly, IsSaidInTheTableAndOnThePage) {
  const std::string note =
      "2 of 3 configurations were stopped early; their numbers are those of their last epoch";
  EXPECT_EQ(stopped_note(compare(three())), note);
  std::string table = to_table(compare(three()));
  EXPECT_THAT(table, HasSubstr("\n2 of 3 configurations were stopped early; their numbers are those of their "
                               "last\nepoch.\n"));
  EXPECT_THAT(table, HasSubstr("mean over 2 seeds"));
  EXPECT_THAT(table, HasSubstr("after   train"));
  EXPECT_THAT(to_page(three(), 0), HasSubstr(note));
  const ResultsData one = results(4, {ended(10, 1, 4), ended(20, 1, 2)});
  EXPECT_EQ(stopped_note(compare(one)),
            "1 of 2 configurations was stopped early; its numbers are those of its last epoch");
  EXPECT_EQ(stopped_note(compare(results(4, {ended(10, 1, 4)}))), "");
  EXPECT_THAT(to_table(compare(results(4, {ended(10, 1, 4)}))), Not(HasSubstr("stopped")));
}

TEST(StoppedEarly, IsCountedByWatch) {
  ResultsData data = three();
  const Standing standing = standing_of(data);
  EXPECT_EQ(standing.stopped, 3u);
  EXPECT_EQ(standing.runs(), 6u);
  EXPECT_TRUE(standing.finished());
  EXPECT_EQ(standing.epochs_done, standing.epochs);
  EXPECT_THAT(to_screen(data, ""),
              HasSubstr("made: 6 runs, 3 done, 0 running, 0 pending, 0 diverged, 3 stopped early\n"));
}

TEST(StoppedEarly, CurvesEndWhereASeedDoes) {
  const std::vector<std::size_t> all{0, 1, 2, 3, 4};
  const Curve curve = learning_curves(three(), all)[2][Metric::train_accuracy];
  ASSERT_EQ(curve.size(), 5u);
  EXPECT_EQ(curve[3].mean, 0.625);
  EXPECT_TRUE(std::isnan(curve[4].mean));
  std::vector<Figure> drawn = figures(three());
  EXPECT_GE(drawn.size(), 2u);
  for (const Figure& figure : drawn) EXPECT_THAT(figure.svg, Not(HasSubstr("nan"))) << figure.name;
  EXPECT_FALSE(figures(results(4, {ended(10, 1, 2), ended(20, 1, 3)})).empty());
}

TEST(StoppedEarly, RunsAreNotComparedByOneParameter) {
  ResultsData data = three();
  data.runs.push_back(ended(20, 3, 4));
  data.runs.push_back(ended(30, 3, 4));
  data.runs.push_back(ended(10, 3, 4));
  const Effect effect = effect_of(data, "hidden_size");
  EXPECT_EQ(effect.stopped, 3u);
  EXPECT_EQ(effect.seeds, 1u);
  EXPECT_EQ(effect.left_out, 3u);
  EXPECT_THAT(to_table(effect), HasSubstr(";\n3 runs that were stopped early left out\n"));
  EXPECT_THAT(to_csv({{effect}}), HasSubstr("\r\nmade,10,1,1,3,3,0,"));
  EXPECT_THAT(to_json({{effect}}), HasSubstr("\"stopped\": 3,"));
  EXPECT_THAT(to_page(data, 0), HasSubstr(R"("left_out":3,"stopped":3,)"));
  for (const Figure& figure : figures(data))
    if (figure.name == "gap_by_hidden_size.svg") {
      EXPECT_THAT(figure.svg, HasSubstr("(3 runs that were stopped early left out)"));
    }
}

TEST(StoppedEarly, SamplesAreComparedAfterTheLastEpochOfAllTheirSeeds) {
  std::vector<StoredRun> runs;
  for (int k = 0; k < 20; ++k)
    for (const std::int64_t seed : {1, 2}) {
      StoredRun run = ended(10 + k, seed, k == 0 ? static_cast<int>(1 + seed) : 4);
      run.run.spec.learning_rate = 0.01 * (1 + k);
      run.run.spec.hidden_size = 10 + 7 * k % 20;
      runs.push_back(std::move(run));
    }
  const ResultsData data = results(4, std::move(runs));
  const Effect effect = effect_in_bins(data, "learning_rate");
  EXPECT_EQ(effect.samples, 20u);
  EXPECT_EQ(effect.stopped, 2u);
  EXPECT_EQ(effect.left_out, 0u);
  EXPECT_DOUBLE_EQ(effect.values.front().train_accuracy.mean, (0.5 + 4 * 0.75) / 5);
  EXPECT_THAT(to_table(effect), HasSubstr(";\n2 runs stopped early, measured after their last epoch\n"));

  const Importance importance = importance_of(data);
  ASSERT_EQ(importance.method, Importance::Method::samples);
  EXPECT_EQ(importance.configurations, 20u);
  EXPECT_EQ(importance.stopped, 1u);
  EXPECT_EQ(importance.seeds, 2u);
}

TEST(StoppedEarly, ImportanceIsThatAfterTheLastEpochOfAllSeedsAndSaysSo) {
  // By the rate alone the networks are stopped after epoch 2, one seed of them later.
  std::vector<StoredRun> runs;
  for (const std::int32_t hidden_size : {10, 20})
    for (const double rate : {0.1, 0.5})
      for (const std::int64_t seed : {1, 2}) {
        runs.push_back(ended(hidden_size, seed, rate < 0.3 ? 4 : seed == 1 ? 2 : 3));
        runs.back().run.spec.learning_rate = rate;
      }
  const Importance importance = importance_of(results(4, std::move(runs)));
  ASSERT_EQ(importance.method, Importance::Method::grid);
  EXPECT_EQ(importance.configurations, 4u);
  EXPECT_EQ(importance.stopped, 2u);
  EXPECT_EQ(importance.terms.front().axes.front(), "learning_rate");
  EXPECT_EQ(importance.terms.front().accuracy.share, 1);  // both seeds after epoch 2: no chance in it
  EXPECT_THAT(to_table(importance),
              HasSubstr("2 of 4 configurations were stopped early;\ntheir numbers are those of their last "
                        "epoch."));
  EXPECT_THAT(to_csv({{importance}}), HasSubstr("configurations,left_out,stopped,seeds,"));
  EXPECT_THAT(to_csv({{importance}}), HasSubstr("\r\nmade,grid,learning_rate,4,0,2,2,"));
  EXPECT_THAT(to_table(importance_of(results(4, {ended(10, 1, 4), ended(20, 1, 4)}))),
              Not(HasSubstr("stopped")));
}

}  // namespace
}  // namespace runner
