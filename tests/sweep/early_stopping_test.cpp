#include "runner/sweep/early_stopping.hpp"

#include "runner/sweep/config.hpp"
#include "runner/sweep/sweep.hpp"

#include "sweep/message_of.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

/// Where every epoch is recorded, of a sweep of 100 epochs.
std::optional<int> stop_epoch_of(const Patience& rule, const std::vector<float>& curve) {
  const RecordedEpochs all(100);
  return stop_epoch(rule, all, all, curve);
}

TEST(Patience, CountsTheEpochsSinceTheLastImprovement) {
  // Epochs 0 to 5: the best is after epoch 2.
  EXPECT_EQ(stop_epoch_of({2}, {9, 3, 2, 2.5f, 2.25f, 1}), 4);
  EXPECT_EQ(stop_epoch_of({1}, {9, 3, 2, 2.5f, 2.25f, 1}), 3);
  EXPECT_EQ(stop_epoch_of({3}, {9, 3, 2, 2.5f, 2.25f, 1}), std::nullopt);
  EXPECT_EQ(stop_epoch_of({3}, {9, 3, 2, 2.5f, 2.25f, 2}), 5);  // as good is not better
  EXPECT_EQ(stop_epoch_of({1}, {}), std::nullopt);
}

TEST(Patience, DoesNotLookAtTheUntrainedNetwork) {
  EXPECT_EQ(stop_epoch_of({1}, {1}), std::nullopt);
  EXPECT_EQ(stop_epoch_of({1}, {1, 5}), std::nullopt);
  EXPECT_EQ(stop_epoch_of({1}, {1, 5, 4, 4}), 3);
}

TEST(Patience, IsForALargerAccuracy) {
  const Patience rule{2, Metric::test_accuracy};
  EXPECT_EQ(stop_epoch_of(rule, {0, 0.5f, 0.75f, 0.5f, 0.625f, 1}), 4);
  EXPECT_EQ(stop_epoch_of(rule, {0, 0.75f, 0.5f, 0.25f}), 3);
}

// Ten steps of 0.25 are no improvement by more than 0.25 each, but upon the best that counted they are.
TEST(Patience, ComparesWithTheBestThatImproved) {
  const Patience rule{3, Metric::test_loss, 0.25};
  EXPECT_EQ(stop_epoch_of(rule, {9, 8, 7.75f, 7.5f, 7.25f}), std::nullopt);  // at 3 it is 0.5 below 8
  EXPECT_EQ(stop_epoch_of(rule, {9, 8, 7.75f, 7.75f, 7.75f}), 4);
  EXPECT_EQ(stop_epoch_of({1, Metric::test_loss, 0.25}, {9, 8, 7.75f}), 2);
  EXPECT_EQ(stop_epoch_of({1, Metric::test_accuracy, 0.25}, {0, 0.25f, 0.5f}), 2);
  EXPECT_EQ(stop_epoch_of({1, Metric::test_accuracy, 0.25}, {0, 0.25f, 0.75f}), std::nullopt);
}

TEST(Patience, TakesNaNAndInfinityForNoImprovement) {
  EXPECT_EQ(stop_epoch_of({2}, {1, nan, infinity}), 2);
  EXPECT_EQ(stop_epoch_of({2}, {1, nan, 5, infinity}), std::nullopt);
  EXPECT_EQ(stop_epoch_of({2}, {1, 4, nan, nan}), 3);
  EXPECT_EQ(stop_epoch_of({2, Metric::test_accuracy}, {1, infinity, -infinity, nan}), 3);
}

TEST(Patience, CountsEpochsThatAreNotRecorded) {
  const RecordedEpochs fifth(20, 5);  // 0, 5, 10, 15, 20
  EXPECT_EQ(stop_epoch({5}, fifth, fifth, std::vector<float>{9, 3, 4}), 10);
  EXPECT_EQ(stop_epoch({6}, fifth, fifth, std::vector<float>{9, 3, 4}), std::nullopt);
  EXPECT_EQ(stop_epoch({6}, fifth, fifth, std::vector<float>{9, 3, 4, 3}), 15);
}

// A file may have more epochs than the config asks for: the decision does not depend on them.
TEST(Patience, LooksAtTheEpochsThatTheConfigAsksFor) {
  const std::vector<float> curve{9, 3, 4, 2, 3};
  EXPECT_EQ(stop_epoch({1}, RecordedEpochs(10, 1), RecordedEpochs(10), curve), 2);
  EXPECT_EQ(stop_epoch({1}, RecordedEpochs(10, 2), RecordedEpochs(10), curve), std::nullopt);
  EXPECT_EQ(stop_epoch({2}, RecordedEpochs(10, 2), RecordedEpochs(10), std::vector<float>{9, 3, 4, 2, 4}), 4);
}

TEST(Patience, StopsNoRunAtTheLastEpoch) {
  EXPECT_EQ(stop_epoch({1}, RecordedEpochs(2), RecordedEpochs(2), std::vector<float>{9, 3, 4}), std::nullopt);
  EXPECT_EQ(stop_epoch({1}, RecordedEpochs(3), RecordedEpochs(3), std::vector<float>{9, 3, 4}), 2);
}

TEST(PatienceCounter, StaysFulfilled) {
  PatienceCounter counter({1});
  EXPECT_FALSE(counter.add(0, 0));
  EXPECT_FALSE(counter.add(1, 3));
  EXPECT_TRUE(counter.add(2, 3));
  EXPECT_TRUE(counter.add(3, 1));
}

TEST(Rungs, AreBelowTheLastEpoch) {
  EXPECT_THAT(rungs_of({3, 1}, 27), ElementsAre(1, 3, 9));
  EXPECT_THAT(rungs_of({3, 1}, 28), ElementsAre(1, 3, 9, 27));
  EXPECT_THAT(rungs_of({2, 5}, 12), ElementsAre(5, 10));
  EXPECT_THAT(rungs_of({2, 5}, 5), IsEmpty());
  EXPECT_THAT(rungs_of({1'000'000'000, 1}, 1'000'000'000), ElementsAre(1));
}

/// Configurations of hidden sizes 1, 2, … with so many seeds.
std::vector<Run> runs_of(std::int32_t configurations, std::int64_t seeds) {
  std::vector<Run> runs;
  for (std::int32_t size = 1; size <= configurations; ++size)
    for (std::int64_t seed = 1; seed <= seeds; ++seed) {
      Run run;
      run.spec.hidden_size = size;
      run.spec.seed = seed;
      runs.push_back(run);
    }
  return runs;
}

/// The losses of each run after the rungs that it has come to, the first rung 1 and the next 3.
HalvingStanding standing(const std::vector<Run>& runs, const std::vector<std::vector<float>>& losses,
                         Metric metric = Metric::test_loss) {
  return standing_of({3, 1, metric}, runs, 9, [&](std::size_t run, int rung) -> std::optional<float> {
    const std::size_t place = rung == 1 ? 0 : 1;
    return place < losses[run].size() ? std::optional(losses[run][place]) : std::nullopt;
  });
}

TEST(SuccessiveHalving, DecidesNothingBeforeAllHaveComeToTheRung) {
  const HalvingStanding nothing = standing(runs_of(3, 1), {{1}, {2}, {}});
  EXPECT_THAT(nothing.stopped_at, ElementsAre(0, 0, 0));
  EXPECT_EQ(nothing.next, 1);
}

TEST(SuccessiveHalving, LetsAThirdGoOn) {
  const HalvingStanding first = standing(runs_of(6, 1), {{6}, {1}, {5}, {4}, {2}, {3}});
  EXPECT_THAT(first.stopped_at, ElementsAre(1, 0, 1, 1, 0, 1));
  EXPECT_EQ(first.next, 3);
  const HalvingStanding second = standing(runs_of(6, 1), {{6}, {1, 9}, {5}, {4}, {2, 8}, {3}});
  EXPECT_THAT(second.stopped_at, ElementsAre(1, 3, 1, 1, 0, 1));
  EXPECT_EQ(second.next, 9);
}

// ⌊5/3⌋ is 1, and one goes on even of two.
TEST(SuccessiveHalving, RoundsDownToOneAtLeast) {
  EXPECT_THAT(standing(runs_of(5, 1), {{5}, {4}, {3}, {2}, {1}}).stopped_at, ElementsAre(1, 1, 1, 1, 0));
  EXPECT_THAT(standing(runs_of(2, 1), {{5}, {4}}).stopped_at, ElementsAre(1, 0));
  EXPECT_THAT(standing(runs_of(1, 1), {{5}}).stopped_at, ElementsAre(0));
  EXPECT_EQ(standing({}, {}).next, 9);
}

TEST(SuccessiveHalving, ChoosesByTheMeanOverTheSeeds) {
  // Means 3, 2.5, 2.75: the seed with the smallest loss of all is in the first.
  EXPECT_THAT(standing(runs_of(3, 2), {{1}, {5}, {2}, {3}, {2.75f}, {2.75f}}).stopped_at,
              ElementsAre(1, 1, 0, 0, 1, 1));
}

TEST(SuccessiveHalving, PrefersTheLargerAccuracy) {
  EXPECT_THAT(standing(runs_of(3, 1), {{0.5f}, {0.75f}, {0.25f}}, Metric::test_accuracy).stopped_at,
              ElementsAre(1, 0, 1));
}

TEST(SuccessiveHalving, TakesTheFirstOfEquals) {
  EXPECT_THAT(standing(runs_of(3, 1), {{2}, {2}, {2}}).stopped_at, ElementsAre(0, 1, 1));
}

TEST(SuccessiveHalving, TakesASeedThatDivergedForTheWorst) {
  EXPECT_THAT(standing(runs_of(3, 2), {{1}, {nan}, {9}, {9}, {8}, {infinity}}).stopped_at,
              ElementsAre(1, 1, 0, 0, 1, 1));
  EXPECT_THAT(standing(runs_of(3, 1), {{nan}, {nan}, {nan}}, Metric::test_accuracy).stopped_at,
              ElementsAre(0, 1, 1));
}

TEST(SuccessiveHalving, TakesRunsThatStandApartForOneConfiguration) {
  auto runs = runs_of(3, 2);
  std::swap(runs[1], runs[4]);  // 1, 3, 2, 2, 1, 3
  EXPECT_THAT(standing(runs, {{3}, {2}, {1}, {1}, {3}, {2}}).stopped_at, ElementsAre(1, 1, 0, 0, 1, 1));
}

Config config_of(const std::string& rule, const std::string& others = "") {
  return parse_config(R"({"early_stopping": )" + rule + others + "}", "x.json");
}

TEST(SuccessiveHalving, SaysBeforehandHowManyEpochsItTakes) {
  // 54 configurations: at 1 epoch 18 go on, at 3 six, at 9 two.
  const std::vector<int> by_rank = epochs_by_rank({.eta = 3, .min_epochs = 1}, 54, 27);
  ASSERT_EQ(by_rank.size(), 54);
  EXPECT_EQ(std::count(by_rank.begin(), by_rank.end(), 27), 2);
  EXPECT_EQ(std::count(by_rank.begin(), by_rank.end(), 9), 4);
  EXPECT_EQ(std::count(by_rank.begin(), by_rank.end(), 3), 12);
  EXPECT_EQ(std::count(by_rank.begin(), by_rank.end(), 1), 36);
  EXPECT_THAT(epochs_by_rank({.eta = 3, .min_epochs = 1}, 2, 5), ElementsAre(5, 1));
}

TEST(EarlyStoppingKey, IsARuleWithItsDefaults) {
  EXPECT_EQ(parse_config("{}", "x.json").early_stopping, std::nullopt);
  EXPECT_EQ(config_of(R"({"patience": 5})").early_stopping, EarlyStopping(Patience{5, Metric::test_loss, 0}));
  EXPECT_EQ(config_of(R"({"patience": 5})", R"(, "validation_size": 10)").early_stopping,
            EarlyStopping(Patience{5, Metric::validation_loss, 0}));
  EXPECT_EQ(config_of(R"({"patience": 1, "metric": "train_accuracy", "min_delta": 0.5})").early_stopping,
            EarlyStopping(Patience{1, Metric::train_accuracy, 0.5}));
  EXPECT_EQ(config_of(R"({"successive_halving": {}})").early_stopping,
            EarlyStopping(SuccessiveHalving{3, 1, Metric::test_loss}));
  EXPECT_EQ(config_of(R"({"successive_halving": {"eta": 2, "min_epochs": 4, "metric": "test_accuracy"}})")
                .early_stopping,
            EarlyStopping(SuccessiveHalving{2, 4, Metric::test_accuracy}));
}

TEST(EarlyStoppingKey, StandsInTheEffectiveConfigWithEveryKey) {
  const std::string patience = config_of(R"({"patience": 5})").effective;
  EXPECT_THAT(patience, HasSubstr(R"("early_stopping":{"metric":"test_loss","min_delta":0.0,"patience":5})"));
  EXPECT_EQ(parse_config(patience, "y.json").effective, patience);
  const std::string halving = config_of(R"({"successive_halving": {}})").effective;
  EXPECT_THAT(halving, HasSubstr(R"("early_stopping":{"successive_halving":)"
                                 R"({"eta":3,"metric":"test_loss","min_epochs":1}})"));
  EXPECT_EQ(parse_config(halving, "y.json").effective, halving);
}

std::string problem(const std::string& rule, const std::string& others = "") {
  return test::message_of([&] { config_of(rule, others); });
}

TEST(EarlyStoppingKey, IsRefusedWithTheRule) {
  EXPECT_EQ(
      problem("3"),
      "x.json: early_stopping: 3 is not a rule: {\"patience\": 5} or {\"successive_halving\": {\"eta\": 3, "
      "\"min_epochs\": 1}}");
  EXPECT_THAT(problem("{}"), HasSubstr("early_stopping: {} names no rule: {\"patience\": 5} or "));
  EXPECT_THAT(problem(R"({"min_delta": 1})"), HasSubstr("names no rule"));
  EXPECT_EQ(problem(R"({"patience": 0})"),
            "x.json: early_stopping: patience: 0 is out of range: an integer from 1 to 1000000000");
  EXPECT_THAT(problem(R"({"patience": 1.5})"), HasSubstr("early_stopping: patience: 1.5 is not an integer"));
  EXPECT_THAT(problem(R"({"patience": 1, "min_delta": -1})"),
              HasSubstr("early_stopping: min_delta: -1 is out of range: a number from 0"));
  EXPECT_THAT(problem(R"({"patience": 1, "metric": "loss"})"),
              HasSubstr("early_stopping: metric: \"loss\" is not known: \"train_loss\" or "));
  EXPECT_EQ(problem(R"({"patienc": 1})"),
            "x.json: early_stopping: unknown key \"patienc\": did you mean \"patience\"?");
  EXPECT_THAT(problem(R"({"patience": 1, "successive_halving": {}})"),
              HasSubstr("has keys beside successive_halving: there may be one rule only"));
  EXPECT_THAT(problem(R"({"successive_halving": {"eta": 1}})"),
              HasSubstr("early_stopping: successive_halving: eta: 1 is out of range: an integer from 2"));
  EXPECT_THAT(problem(R"([{"patience": 1}])"), HasSubstr("early_stopping: [{\"patience\":1}] is a list"));
}

TEST(EarlyStoppingKey, NamesBothKeysWhereItContradictsAnother) {
  EXPECT_EQ(
      problem(R"({"patience": 1, "metric": "validation_accuracy"})"),
      "x.json: early_stopping: metric: \"validation_accuracy\" is not recorded without validation_size: "
      "give validation_size, or a metric of the test or the training set");
  EXPECT_THAT(problem(R"({"patience": 1, "metric": "clean_train_accuracy"})", R"(, "label_noise": 0.5)"),
              HasSubstr("is recorded only for runs with label_noise"));
  EXPECT_EQ(
      problem(R"({"successive_halving": {"min_epochs": 10}})"),
      "x.json: early_stopping: successive_halving: min_epochs: 10 is out of range: below the 10 epochs of "
      "the sweep");
  EXPECT_EQ(problem(R"({"successive_halving": {"min_epochs": 3}})", R"(, "evaluate_every": 2)"),
            "x.json: early_stopping: successive_halving: rung 3 (min_epochs 3, eta 3) is not recorded, "
            "because evaluate_every is 2: make min_epochs a multiple of evaluate_every");
  EXPECT_EQ(problem(R"({"successive_halving": {"min_epochs": 2}})", R"(, "evaluate_every": 2)"), "no error");
}

TEST(EarlyStoppingKey, ChangesNoRun) {
  const auto digests = [](const std::string& config) {
    std::vector<std::string> all;
    DatasetFacts data;
    data.train_size = data.test_size = 100;
    for (const auto& run : expand(parse_config(config, "x.json"), data).runs) all.push_back(run.digest);
    return all;
  };
  EXPECT_EQ(digests(R"({"seed": [1, 2]})"),
            digests(R"({"seed": [1, 2], "early_stopping": {"patience": 1}})"));
  EXPECT_THAT(
      config_differences(config_of(R"({"patience": 5})").effective, parse_config("{}", "x.json").effective),
      ElementsAre(HasSubstr("early_stopping: {\"metric\"")));
}

}  // namespace
}  // namespace runner
