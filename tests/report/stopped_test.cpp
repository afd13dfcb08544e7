// Configurations with seeds that were stopped early.

#include "runner/report/comparison.hpp"
#include "runner/report/curves.hpp"
#include "runner/report/effect.hpp"
#include "runner/report/figures.hpp"
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
}

}  // namespace
}  // namespace runner
