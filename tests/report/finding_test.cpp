#include "finding.hpp"

#include "report/hand_made.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

using test::ending;
using test::results;
using test::spec;
using test::stored;

StoredRun overfitting(const RunSpec& spec) {
  return stored(spec, RunStatus::done, {0, 0.5f, 0.75f, 1, 1}, {0, 0.5f, 0.5f, 0.5f, 0.5f}, {2, 1, 2, 3, 4});
}
StoredRun learning(const RunSpec& spec) {
  return stored(spec, RunStatus::done, {0, 0.5f, 0.625f, 0.75f, 0.75f}, {0, 0.5f, 0.5f, 0.5f, 0.625f},
                {4, 3, 2, 1, 0.5f});
}
StoredRun guessing(const RunSpec& spec) {
  StoredRun run =
      stored(spec, RunStatus::done, test::Curve(5, 0.1f), test::Curve(5, 0.1f), test::Curve(5, 2.3f));
  run.curves[Metric::train_loss] = test::Curve(5, 2.31f);
  return run;
}
StoredRun diverged(const RunSpec& spec) {
  StoredRun run = guessing(spec);
  run.status = RunStatus::diverged;
  return run;
}

TEST(Finding, CountsTheVerdictsAndNamesTheWidestGapAndTheBest) {
  EXPECT_EQ(
      finding(compare(results(4, {learning(spec(10)), overfitting(spec(50))}))),
      "Of 2 configurations, by test loss: 1 overfits, 1 fits so far; the gap between training and test "
      "accuracy "
      "is widest at 0.5000 (hidden_size 50); the best test accuracy is 0.6250 at epoch 4 (hidden_size 10).");
  EXPECT_EQ(finding(compare(results(4, {learning(spec(10)), learning(spec(50)), guessing(spec(1)),
                                        diverged(spec(2)), diverged(spec(3))}))),
            "Of 5 configurations, by test loss: 2 fit so far, 1 did not learn, 2 diverged; the gap between "
            "training and "
            "test accuracy is widest at 0.1250 (hidden_size 10); the best test accuracy is 0.6250 at epoch 4 "
            "(hidden_size 10).");
}

TEST(Finding, OfOneConfigurationNamesNone) {
  EXPECT_EQ(finding(compare(
                results(4, {overfitting(spec(10, 1)), overfitting(spec(10, 2)), overfitting(spec(10, 3))}))),
            "The network overfits from epoch 2 by test loss; the gap between training and test accuracy is "
            "0.5000±.000; the best test accuracy is 0.5000±.000 at epoch 1, without the luck of being chosen "
            "0.5000.");
  EXPECT_EQ(
      finding(compare(results(4, {learning(spec(10))}))),
      "The network shows no sign of overfitting by test loss; the gap between training and test accuracy is "
      "0.1250; the best test accuracy is 0.6250 at epoch 4.");
}

TEST(Finding, SaysWhereNothingLearnedOrNothingIsDone) {
  StoredRun pending = guessing(spec(1));
  pending.status = RunStatus::pending;
  pending.epochs_done = -1;
  EXPECT_EQ(finding(compare(results(4, {}))), "There are no runs.");
  EXPECT_EQ(finding(compare(results(4, {pending}))), "No run is done yet.");
  EXPECT_EQ(finding(compare(results(4, {diverged(spec(1))}))), "The network diverged.");
  EXPECT_EQ(finding(compare(results(4, {guessing(spec(1))}))), "The network did not learn.");
  EXPECT_EQ(finding(compare(results(4, {diverged(spec(2)), pending}))),
            "Of 2 configurations, by test loss: 1 diverged, 1 is not done yet.");
}

TEST(Finding, SaysByWhichSet) {
  StoredRun run = learning(spec(10));
  run.curves[Metric::validation_accuracy] = {0, 0.875f, 0.75f, 0.75f, 0.75f};
  run.curves[Metric::validation_loss] = {3, 1, 2, 3, 4};
  ResultsData data = results(4, {run});
  data.origin.data.validation_size = 32;
  data.origin.data.train_size = data.origin.data.test_size = 1000;
  EXPECT_EQ(finding(compare(data)),
            "The network perhaps overfits from epoch 2 by validation loss; the gap between training and test "
            "accuracy "
            "is 0.1250; the best validation accuracy is 0.8750 at epoch 1.");
}

TEST(Finding, NamesTheFileWhereThereAreSeveral) {
  std::vector<ResultsData> files{results(4, {learning(spec(10))}), results(4, {overfitting(spec(10))})};
  files[1].name = "other";
  EXPECT_EQ(finding(compare(files)),
            "Of 2 configurations, by test loss: 1 overfits, 1 fits so far; the gap between training and test "
            "accuracy "
            "is widest at 0.5000 (other); the best test accuracy is 0.6250 at epoch 4 (made).");
}

TEST(WithInterval, HasTheRangeOfTwo) {
  EXPECT_EQ(with_interval(estimate(std::vector{0.5})), "0.5000");
  EXPECT_EQ(with_interval(estimate(std::vector{0.5, 0.75})), "0.6250 (0.5000 to 0.7500)");
  EXPECT_EQ(with_interval(estimate(std::vector{0.5, 0.502, 0.501})), "0.5010±.003");
}

}  // namespace
}  // namespace runner
