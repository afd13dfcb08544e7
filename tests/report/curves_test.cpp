#include "runner/report/curves.hpp"

#include "runner/report/comparison.hpp"

#include "report/hand_made.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

using test::results;
using test::spec;
using test::stored;

TEST(LearningCurvesOf, AreMeansOverTheSeedsThatAreDone) {
  const ResultsData data =
      results(1, {stored(spec(10, 1), RunStatus::done, {0.25f, 0.5f}, {0.125f, 0.25f}, {2, 1}),
                  stored(spec(10, 2), RunStatus::done, {0.25f, 1.0f}, {0.125f, 0.75f}, {4, 2}),
                  stored(spec(10, 3), RunStatus::running, {0, 0}, {0, 0}, {9, 9})});
  const std::vector<LearningCurves> all = learning_curves(data, std::vector<std::size_t>{0, 1});
  ASSERT_EQ(all.size(), 1u);
  ASSERT_EQ(all[0][Metric::train_accuracy].size(), 2u);
  EXPECT_EQ(all[0][Metric::train_accuracy][0].mean, 0.25);
  EXPECT_EQ(all[0][Metric::train_accuracy][0].least, 0.25);
  EXPECT_EQ(all[0][Metric::train_accuracy][1].mean, 0.75);
  EXPECT_EQ(all[0][Metric::train_accuracy][1].most, 1);
  EXPECT_EQ(all[0][Metric::test_accuracy][1].mean, 0.5);
  EXPECT_EQ(all[0][Metric::test_loss][0].mean, 3);
  EXPECT_EQ(all[0][Metric::train_loss][1].mean, 1.25);
  EXPECT_TRUE(all[0][Metric::validation_loss].empty());
}

TEST(LearningCurvesOf, AreOfTheEpochsAskedForInTheOrderOfTheComparison) {
  const ResultsData data = results(2, {stored(spec(20), RunStatus::pending, {0, 0, 0}, {0, 0, 0}, {0, 0, 0}),
                                       stored(spec(10), RunStatus::done, {0, 0, 0}, {0, 0, 0}, {4, 3, 2})});
  const std::vector<LearningCurves> all = learning_curves(data, std::vector<std::size_t>{2});
  ASSERT_EQ(all.size(), compare(data).configurations.size());
  EXPECT_TRUE(all[0][Metric::test_loss].empty());
  ASSERT_EQ(all[1][Metric::test_loss].size(), 1u);
  EXPECT_EQ(all[1][Metric::test_loss][0].mean, 2);
}

TEST(LearningCurvesOf, HoldTheValidationSetWhereThereIsOne) {
  StoredRun run = stored(spec(10), RunStatus::done, {0, 0}, {0, 0}, {4, 3});
  run.curves[Metric::validation_accuracy] = {0.5f, 0.75f};
  run.curves[Metric::validation_loss] = {8, 7};
  ResultsData data = results(1, {run});
  data.origin.data.validation_size = 4;
  const std::vector<LearningCurves> all = learning_curves(data, std::vector<std::size_t>{1});
  ASSERT_EQ(all[0][Metric::validation_loss].size(), 1u);
  EXPECT_EQ(all[0][Metric::validation_loss][0].mean, 7);
  EXPECT_EQ(all[0][Metric::validation_accuracy][0].mean, 0.75);
}

TEST(LearningCurvesOf, NothingIsNothing) {
  EXPECT_TRUE(learning_curves(results(1, {}), std::vector<std::size_t>{0, 1}).empty());
}

}  // namespace
}  // namespace runner
