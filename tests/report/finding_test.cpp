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
  return stored(spec, RunStatus::done, {0, 0.5f, 1}, {0, 0.5f, 0.5f}, {2, 1, 3});
}
StoredRun learning(const RunSpec& spec) {
  return stored(spec, RunStatus::done, {0, 0.5f, 0.75f}, {0, 0.5f, 0.625f}, {3, 2, 1});
}

TEST(Finding, CountsWhatOverfitsAndNamesTheWidestGapAndTheBest) {
  EXPECT_EQ(
      finding(compare(results(2, {learning(spec(10)), overfitting(spec(50))}))),
      "1 of 2 configurations overfits by test loss; the gap between training and test accuracy is widest "
      "at 0.5000 (hidden_size 50), and the best test accuracy is 0.6250 at epoch 2 (hidden_size 10).");
  EXPECT_EQ(finding(compare(results(2, {learning(spec(10)), learning(spec(50))}))),
            "None of 2 configurations overfits by test loss; the gap between training and test accuracy is "
            "widest at 0.1250 (hidden_size 10), and the best test accuracy is 0.6250 at epoch 2 (hidden_size "
            "10).");
}

TEST(Finding, OfOneConfigurationNamesNone) {
  EXPECT_EQ(finding(compare(results(2, {overfitting(spec(10, 1)), overfitting(spec(10, 2))}))),
            "It overfits from epoch 2 on, by test loss; the gap between training and test accuracy is "
            "0.5000±.000, and the best test accuracy is 0.5000±.000 at epoch 1.");
  EXPECT_EQ(finding(compare(results(2, {learning(spec(10))}))),
            "It does not overfit by test loss; the gap between training and test accuracy is 0.1250, and the "
            "best test accuracy is 0.6250 at epoch 2.");
}

TEST(Finding, CountsWhatIsDoneAlone) {
  StoredRun diverged = ending(spec(99), 1, 0);
  diverged.status = RunStatus::diverged;
  EXPECT_EQ(finding(compare(results(1, {diverged}))), "No run is done yet with finite losses.");
  EXPECT_EQ(finding(compare(results(1, {}))), "There are no runs.");
  EXPECT_EQ(finding(compare(results(1, {diverged, ending(spec(10), 0.5f, 0.25f)}))),
            "It does not overfit by test loss; the gap between training and test accuracy is 0.2500 "
            "(hidden_size 10), and the best test accuracy is 0.2500 at epoch 1 (hidden_size 10).");
}

TEST(Finding, SaysByWhichSet) {
  StoredRun run = learning(spec(10));
  run.validation_accuracy = {0, 0.875f, 0.75f};
  run.validation_loss = {3, 1, 2};
  ResultsData data = results(2, {run});
  data.origin.validation_size = 5;
  EXPECT_EQ(finding(compare(data)),
            "It overfits from epoch 2 on, by validation loss; the gap between training and test accuracy is "
            "0.1250, and the best validation accuracy is 0.8750 at epoch 1.");
}

TEST(Finding, NamesTheFileWhereThereAreSeveral) {
  std::vector<ResultsData> files{results(2, {learning(spec(10))}), results(2, {overfitting(spec(10))})};
  files[1].name = "other";
  EXPECT_EQ(
      finding(compare(files)),
      "1 of 2 configurations overfits by test loss; the gap between training and test accuracy is widest "
      "at 0.5000 (other), and the best test accuracy is 0.6250 at epoch 2 (made).");
}

}  // namespace
}  // namespace runner
