#include "runner/report/comparison.hpp"

#include "runner/error/error.hpp"

#include "report/hand_made.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using test::results;
using test::spec;
using test::stored;
using testing::ElementsAre;
using testing::HasSubstr;

const float nan = std::numeric_limits<float>::quiet_NaN();

// One epoch after the untrained network, as only its end matters.
StoredRun ending(const RunSpec& s, float train_accuracy, float test_accuracy) {
  return stored(s, RunStatus::done, {0, train_accuracy}, {0, test_accuracy}, {2, 1});
}

StoredRun with_test_loss(test::Curve test_loss) {
  const test::Curve accuracy(test_loss.size(), 0.5f);
  return stored(spec(50), RunStatus::done, accuracy, accuracy, test_loss);
}

StoredRun unfinished(const RunSpec& s, RunStatus status) {
  return stored(s, status, {1, nan}, {1, nan}, {2, nan});
}

std::vector<std::int32_t> hidden_sizes(const Comparison& comparison) {
  std::vector<std::int32_t> sizes;
  for (const ConfigurationSummary& c : comparison.configurations) sizes.push_back(c.spec.hidden_size);
  return sizes;
}

TEST(Compare, OfNoRunsHasNoConfigurationsAndNoWidestGap) {
  const Comparison c = compare(results(10, {}));
  EXPECT_EQ(c.name, "made");
  EXPECT_EQ(c.epochs, 10);
  EXPECT_TRUE(c.configurations.empty());
  EXPECT_EQ(c.widest_gap, std::nullopt);
}

TEST(Compare, OfOneRunGivesItsOwnNumbers) {
  const Comparison c = compare(results(3, {stored(spec(50), RunStatus::done, {0.125f, 0.5f, 0.75f, 1},
                                                  {0.125f, 0.5f, 0.625f, 0.5f}, {2, 1, 1.25f, 1.5f})}));
  ASSERT_EQ(c.configurations.size(), 1u);
  const ConfigurationSummary& only = c.configurations[0];
  EXPECT_EQ(only.spec, spec(50));
  EXPECT_EQ(only.seeds, 1u);
  EXPECT_EQ(only.done, 1u);
  EXPECT_EQ(only.diverged, 0u);
  EXPECT_EQ(only.train_accuracy, 1);
  EXPECT_EQ(only.test_accuracy, 0.5);
  EXPECT_EQ(only.gap, 0.5);
  EXPECT_EQ(only.best_test_accuracy, 0.625);
  EXPECT_EQ(only.best_epoch, 2);
  EXPECT_EQ(only.turned_epoch, 1);
  EXPECT_EQ(c.widest_gap, 0u);
}

TEST(Compare, TakesTheMeanOverSeeds) {
  const Comparison c = compare(results(1, {ending(spec(50, 1), 1, 0.5f), ending(spec(50, 2), 0.5f, 0.25f)}));
  ASSERT_EQ(c.configurations.size(), 1u);
  EXPECT_EQ(c.configurations[0].seeds, 2u);
  EXPECT_EQ(c.configurations[0].done, 2u);
  EXPECT_EQ(c.configurations[0].train_accuracy, 0.75);
  EXPECT_EQ(c.configurations[0].test_accuracy, 0.375);
  EXPECT_EQ(c.configurations[0].gap, 0.375);
}

// Each seed alone is best at 1 (epochs 1 and 3); their mean is at epoch 2.
TEST(Compare, FindsTheBestEpochOfTheMeanCurve) {
  const test::Curve loss{2, 2, 2, 2};
  const Comparison c =
      compare(results(3, {stored(spec(50, 1), RunStatus::done, {0, 0, 0, 0}, {0, 1, 0.875f, 0}, loss),
                          stored(spec(50, 2), RunStatus::done, {0, 0, 0, 0}, {0, 0, 0.875f, 1}, loss)}));
  EXPECT_EQ(c.configurations[0].best_epoch, 2);
  EXPECT_EQ(c.configurations[0].best_test_accuracy, 0.875);
}

TEST(Compare, NamesTheFirstOfSeveralBestEpochs) {
  const Comparison c = compare(
      results(3, {stored(spec(50), RunStatus::done, {0, 0, 0, 0}, {0, 0.5f, 0.25f, 0.5f}, {2, 2, 2, 2})}));
  EXPECT_EQ(c.configurations[0].best_epoch, 1);
}

TEST(Compare, LeavesSeedsOutThatAreNotDone) {
  const Comparison c = compare(results(
      1, {unfinished(spec(50, 1), RunStatus::running), ending(spec(50, 2), 0.75f, 0.5f),
          unfinished(spec(50, 3), RunStatus::diverged), unfinished(spec(50, 4), RunStatus::pending)}));
  ASSERT_EQ(c.configurations.size(), 1u);
  const ConfigurationSummary& only = c.configurations[0];
  EXPECT_EQ(only.seeds, 4u);
  EXPECT_EQ(only.done, 1u);
  EXPECT_EQ(only.diverged, 1u);
  EXPECT_EQ(only.train_accuracy, 0.75);
  EXPECT_EQ(only.best_test_accuracy, 0.5);  // not the 1 of the others' epoch 0
}

TEST(Compare, HasNoNumbersWhereNothingIsDone) {
  const Comparison c = compare(results(1, {unfinished(spec(50), RunStatus::diverged)}));
  ASSERT_EQ(c.configurations.size(), 1u);
  const ConfigurationSummary& only = c.configurations[0];
  EXPECT_EQ(only.done, 0u);
  EXPECT_EQ(only.diverged, 1u);
  EXPECT_TRUE(std::isnan(only.train_accuracy));
  EXPECT_TRUE(std::isnan(only.test_accuracy));
  EXPECT_TRUE(std::isnan(only.gap));
  EXPECT_TRUE(std::isnan(only.best_test_accuracy));
  EXPECT_EQ(only.best_epoch, -1);
  EXPECT_EQ(only.turned_epoch, -1);
  EXPECT_EQ(c.widest_gap, std::nullopt);
}

int turned_epoch(test::Curve test_loss) {
  const int epochs = static_cast<int>(test_loss.size()) - 1;
  return compare(results(epochs, {with_test_loss(std::move(test_loss))})).configurations[0].turned_epoch;
}

TEST(TurnedEpoch, IsWhereTheTestLossWasSmallest) {
  EXPECT_EQ(turned_epoch({3, 2, 1, 2, 1.5f}), 2);
}

TEST(TurnedEpoch, IsNoneWhileTheTestLossFalls) {
  EXPECT_EQ(turned_epoch({3, 2, 1}), -1);
}

TEST(TurnedEpoch, IsNoneWhereTheTestLossStaysAtItsMinimum) {
  EXPECT_EQ(turned_epoch({3, 1, 1}), -1);
}

TEST(TurnedEpoch, IsTheLastBeforeTheTestLossRises) {
  EXPECT_EQ(turned_epoch({3, 1, 1, 2}), 2);
}

TEST(TurnedEpoch, IsZeroWhereTrainingOnlyDidHarm) {
  EXPECT_EQ(turned_epoch({1, 2, 3}), 0);
}

TEST(TurnedEpoch, IsOfTheMeanCurve) {
  const Comparison c =
      compare(results(2, {stored(spec(50, 1), RunStatus::done, {0, 0, 0}, {0, 0, 0}, {4, 1, 2}),
                          stored(spec(50, 2), RunStatus::done, {0, 0, 0}, {0, 0, 0}, {4, 3, 1})}));
  EXPECT_EQ(c.configurations[0].turned_epoch, -1);  // 4, 2, 1.5
}

TEST(Compare, KeepsTheFilesOrderAndFindsSeedsApart) {
  const Comparison c = compare(results(1, {ending(spec(200), 1, 0.5f), ending(spec(50, 1), 1, 0.5f),
                                           ending(spec(100), 1, 0.5f), ending(spec(50, 2), 1, 0.5f)}));
  EXPECT_THAT(hidden_sizes(c), ElementsAre(200, 50, 100));
  EXPECT_EQ(c.configurations[1].seeds, 2u);
}

TEST(Compare, TellsConfigurationsApartByEachAxis) {
  std::vector<StoredRun> runs(7, ending(spec(50), 1, 0.5f));
  runs[1].run.spec.learning_rate = 0.2;
  runs[2].run.spec.batch_size = 10;
  runs[3].run.spec.hidden_size = 51;
  runs[4].run.spec.loss = Loss::mean_squared_error;
  runs[5].run.spec.sampling = Sampling::with_replacement;
  runs[6].run.spec.weight_init_std = 0.02;
  EXPECT_EQ(compare(results(1, runs)).configurations.size(), 7u);
}

TEST(WidestGap, IsTheLargestMeanGap) {
  const Comparison c =
      compare(results(1, {ending(spec(50), 0.75f, 0.5f), ending(spec(100), 1, 0.25f),
                          unfinished(spec(200), RunStatus::diverged), ending(spec(400), 1, 0.5f)}));
  EXPECT_EQ(c.widest_gap, 1u);
}

TEST(WidestGap, IsTheFirstOfSeveral) {
  const Comparison c = compare(results(1, {unfinished(spec(25), RunStatus::pending),
                                           ending(spec(50), 0.75f, 0.5f), ending(spec(100), 0.5f, 0.25f)}));
  EXPECT_EQ(c.widest_gap, 1u);
}

TEST(WidestGap, MayBeNegative) {
  const Comparison c = compare(results(1, {ending(spec(50), 0.25f, 0.5f), ending(spec(100), 0.375f, 0.5f)}));
  EXPECT_EQ(c.widest_gap, 1u);
}

Comparison three_to_sort() {
  return compare(results(1, {unfinished(spec(25), RunStatus::diverged), ending(spec(200), 0.75f, 0.5f),
                             ending(spec(50), 1, 0.25f), ending(spec(100), 0.75f, 0.625f)}));
}

TEST(Sort, PutsTheLargestMeritFirstAndMissingNumbersLast) {
  Comparison c = three_to_sort();
  sort(c, "gap");
  EXPECT_THAT(hidden_sizes(c), ElementsAre(50, 200, 100, 25));
  sort(c, "test_accuracy");
  EXPECT_THAT(hidden_sizes(c), ElementsAre(100, 200, 50, 25));
}

TEST(Sort, PutsTheSmallestValueOfAnAxisFirst) {
  Comparison c = three_to_sort();
  sort(c, "hidden_size");
  EXPECT_THAT(hidden_sizes(c), ElementsAre(25, 50, 100, 200));
}

TEST(Sort, LeavesEqualOnesInTheirOrder) {
  std::vector<StoredRun> runs;
  for (std::int32_t hidden_size = 100; hidden_size > 0; --hidden_size)
    runs.push_back(ending(spec(hidden_size), 1, 0.5f));
  Comparison c = compare(results(1, runs));
  const std::vector<std::int32_t> before = hidden_sizes(c);
  sort(c, "gap");
  EXPECT_EQ(hidden_sizes(c), before);
}

TEST(Sort, PutsConfigurationsThatDidNotTurnLast) {
  const test::Curve flat{0, 0, 0};
  Comparison c = compare(results(2, {stored(spec(10), RunStatus::done, flat, flat, {3, 2, 1}),
                                     stored(spec(20), RunStatus::done, flat, flat, {3, 2, 4}),
                                     stored(spec(30), RunStatus::done, flat, flat, {3, 4, 5})}));
  sort(c, "turned_epoch");
  EXPECT_THAT(hidden_sizes(c), ElementsAre(30, 20, 10));
}

TEST(Sort, MovesTheWidestGapAlong) {
  Comparison c = three_to_sort();
  EXPECT_EQ(c.widest_gap, 2u);
  sort(c, "gap");
  EXPECT_EQ(c.widest_gap, 0u);
}

TEST(Sort, TakesEveryColumn) {
  for (const std::string_view column : comparison_columns()) {
    Comparison c = three_to_sort();
    EXPECT_NO_THROW(sort(c, column)) << column;
    EXPECT_EQ(c.configurations.size(), 4u);
  }
}

TEST(Sort, RefusesAnUnknownColumnAndNamesTheOnesThereAre) {
  Comparison c = three_to_sort();
  try {
    sort(c, "gapp");
    FAIL() << "should throw";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::bad_input);
    EXPECT_THAT(e.what(), HasSubstr("\"gapp\""));
    EXPECT_THAT(e.what(), HasSubstr("train_accuracy, test_accuracy, gap,"));
  }
  EXPECT_THAT(hidden_sizes(c), ElementsAre(25, 200, 50, 100));
}

const char* const csv_header =
    "learning_rate,batch_size,hidden_size,loss,sampling,weight_init_std,seeds,done,diverged,"
    "train_accuracy,test_accuracy,gap,best_test_accuracy,best_epoch,turned_epoch\r\n";

TEST(ToCsv, OfNoConfigurationsIsTheHeader) {
  EXPECT_EQ(to_csv(compare(results(1, {}))), csv_header);
}

TEST(ToCsv, WritesAllDigitsAndNothingWhereThereIsNoNumber) {
  RunSpec other = spec(1'000'000, 1, 1e-7);
  other.loss = Loss::mean_squared_error;
  other.sampling = Sampling::with_replacement;
  other.weight_init_std = 0.1;
  const Comparison c =
      compare(results(2, {stored(spec(50, 1, 0.30000000000000004), RunStatus::done, {0, 0.5f, 0.1f},
                                 {0, 0.5f, 0.25f}, {3, 1, 2}),
                          stored(other, RunStatus::diverged, {0, nan, nan}, {0, nan, nan}, {3, nan, nan})}));
  EXPECT_EQ(to_csv(c), std::string(csv_header) +
                           "0.30000000000000004,100,50,cross_entropy,shuffle,0.01,1,1,0,"
                           "0.10000000149011612,0.25,-0.14999999850988388,0.5,1,1\r\n"
                           "1e-07,100,1000000,mean_squared_error,with_replacement,0.1,1,0,1,,,,,,\r\n");
}

}  // namespace
}  // namespace runner
