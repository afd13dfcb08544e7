#include "runner/report/trust.hpp"

#include "runner/report/comparison.hpp"
#include "runner/report/page.hpp"
#include "runner/report/statistics.hpp"
#include "runner/sweep/config.hpp"

#include "judged_seeds.hpp"
#include "report/hand_made.hpp"
#include "trust_lines.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace runner {
namespace {

using test::ending;
using test::results;
using test::spec;
using test::stored;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

JudgedSeeds judged(const std::vector<double>& own) {
  JudgedSeeds seeds;
  for (std::size_t s = 0; s < own.size(); ++s)
    seeds.push_back({static_cast<std::int64_t>(s), 0, own[s], own[s], own[s]});
  return seeds;
}

// d = 0.01, 0.02, 0.03: mean 0.02 = 3.46 standard errors, of 2 degrees of freedom.
TEST(ToldFromBest, IsByThePairedDifference) {
  const std::vector<double> low{0.5, 0.6, 0.7}, high{0.51, 0.62, 0.73};
  EXPECT_GT(0.02 / (0.01 / std::sqrt(3)), student_t(3, 0.95));  // 3.46 > 2.92
  EXPECT_THAT(told_from_best(std::vector{judged(low), judged(high)}), ElementsAre(true, false));
  // Of three, each is held against the 97.5 % quantile: 4.30.
  EXPECT_THAT(told_from_best(std::vector{judged(low), judged(high), judged({0.4, 0.5, 0.6})}),
              ElementsAre(false, false, true));
}

TEST(ToldFromBest, TellsNothingOfOneSeedOrOneConfiguration) {
  EXPECT_THAT(told_from_best(std::vector{judged({0.1}), judged({0.9})}), ElementsAre(false, false));
  EXPECT_THAT(told_from_best(std::vector<JudgedSeeds>{judged({0.1, 0.1, 0.1})}), ElementsAre(false));
  EXPECT_TRUE(told_from_best({}).empty());
}

TEST(ToldFromBest, IsOverTheSeedsThatBothHave) {
  JudgedSeeds few = judged({0.5, 0.6, 0.7});
  EXPECT_THAT(told_from_best(std::vector{few, judged({0.51, 0.62, 0.73, 0.1, 0.1})}),
              ElementsAre(true, false));
  for (JudgedSeed& seed : few) seed.seed += 3;
  EXPECT_THAT(told_from_best(std::vector{few, judged({0.9, 0.9, 0.9})}), ElementsAre(false, false));
}

// Equal differences are no proof where an accuracy has steps: two seeds are ten images better each.
TEST(ToldFromBest, KnowsThatAccuraciesAreRounded) {
  const std::vector two{judged({0.5, 0.6}), judged({0.51, 0.61})};
  EXPECT_THAT(told_from_best(two, 1e-12), ElementsAre(true, false));
  EXPECT_THAT(told_from_best(two, 0.01), ElementsAre(false, false));
}

/// The seeds of one configuration with these hits of 10 images after epochs 1, 2, ….
JudgedSeeds judged_by_epoch(const std::vector<std::vector<int>>& hits) {
  std::vector<StoredRun> runs;
  for (std::size_t s = 0; s < hits.size(); ++s) {
    std::vector<float> accuracy{0};
    for (const int hit : hits[s]) accuracy.push_back(static_cast<float>(hit) / 10);
    const std::vector<float> others(accuracy.size(), 1);
    runs.push_back(stored(spec(10, static_cast<std::int64_t>(s)), RunStatus::done, others, accuracy, others));
  }
  Runs all;
  for (const StoredRun& run : runs) all.push_back(&run);
  return judged_seeds(all, hits.front().size(), {.test = 10}, false);
}

// Seeds 1, 2 choose epoch 1 for seed 0; seeds 0, 2 epoch 2 for seed 1; seeds 0, 1 epoch 2 for seed 2.
// Σ own = 3 + 5 + 4 = 12. Without seed 0 the other two choose epoch 1 for each other, and have 8 and 6: its
// share is −2. Without seed 1: 3 and 4, share 5. Without seed 2: 3 and 5, share 4.
TEST(JudgedSeeds, HaveWhatEachAddsToTheSum) {
  const JudgedSeeds seeds = judged_by_epoch({{3, 9}, {8, 5}, {6, 4}});
  ASSERT_EQ(seeds.size(), 3u);
  EXPECT_DOUBLE_EQ(seeds[0].own, 0.3);
  EXPECT_DOUBLE_EQ(seeds[1].own, 0.5);
  EXPECT_DOUBLE_EQ(seeds[2].own, 0.4);
  EXPECT_DOUBLE_EQ(seeds[0].share, -0.2);
  EXPECT_DOUBLE_EQ(seeds[1].share, 0.5);
  EXPECT_DOUBLE_EQ(seeds[2].share, 0.4);
}

TEST(JudgedSeeds, AddWhatTheyAreWhereAllAgreeOnTheEpoch) {
  for (const JudgedSeed& seed : judged_by_epoch({{3, 9, 2}, {4, 8, 1}, {5, 7, 6}, {1, 7, 5}}))
    EXPECT_DOUBLE_EQ(seed.share, seed.own);
}

// One seed alone chooses nothing: the last epoch counts.
TEST(JudgedSeeds, OfTwoAddToTheLastEpochOfTheOther) {
  const JudgedSeeds seeds = judged_by_epoch({{3, 9, 2}, {8, 5, 7}});
  EXPECT_DOUBLE_EQ(seeds[0].own, 0.3);
  EXPECT_DOUBLE_EQ(seeds[1].own, 0.5);
  EXPECT_DOUBLE_EQ(seeds[0].share, 0.1);
  EXPECT_DOUBLE_EQ(seeds[1].share, 0.6);
}

// Without seed 0 the second is chosen, which has 0.2 there; without seed 1 the first, which has 0.5.
TEST(WithoutLuck, JudgesEachSeedByAChoiceWithoutIt) {
  const JudgedSeeds first{{0, 0.6, 0.9, 0.8, 0.9}, {1, 0.9, 0.6, 0.5, 0.6}},
      second{{0, 0.7, 0.2, 0.2, 0.2}, {1, 0.2, 0.7, 0.7, 0.7}};
  EXPECT_DOUBLE_EQ(without_luck(std::vector{first, second}, 0), (0.2 + 0.5) / 2);
  EXPECT_DOUBLE_EQ(without_luck(std::vector<JudgedSeeds>{first}, 0), (0.8 + 0.5) / 2);
}

TEST(SeedsToTell, IsTheSmallestNumberThatIsEnough) {
  const auto enough = [](std::size_t n, double effect, std::size_t m) {
    return student_t(n, 1 - 0.05 / static_cast<double>(m - 1)) + student_t(n, 0.8) <=
           effect * std::sqrt(static_cast<double>(n));
  };
  for (const std::size_t m : {2u, 12u, 100u})
    for (const double effect : {0.05, 0.3, 1.0, 3.0, 100.0}) {
      const std::size_t n = seeds_to_tell(effect, 1, m);
      EXPECT_TRUE(enough(n, effect, m)) << effect;
      EXPECT_TRUE(n == 2 || !enough(n - 1, effect, m)) << effect;
    }
  EXPECT_EQ(seeds_to_tell(0, 1, 2), most_seeds);
  EXPECT_EQ(seeds_to_tell(-1, 1, 2), most_seeds);
  EXPECT_EQ(seeds_to_tell(1e-9, 1, 2), most_seeds);
  EXPECT_EQ(seeds_to_tell(1, 0, 2), 2u);
}

/// Configurations of these test accuracies, seed by seed.
ResultsData made(const std::vector<std::vector<float>>& accuracies) {
  std::vector<StoredRun> runs;
  for (std::size_t c = 0; c < accuracies.size(); ++c)
    for (std::size_t s = 0; s < accuracies[c].size(); ++s)
      runs.push_back(ending(spec(static_cast<std::int32_t>(10 * (c + 1)), static_cast<std::int64_t>(s + 1)),
                            0.9f, accuracies[c][s]));
  ResultsData data = results(1, std::move(runs));
  data.origin.data.train_size = 1000;
  return data;
}

std::string table(const ResultsData& data) {
  return to_table(compare(data));
}

TEST(Trust, IsSaidBelowTheTable) {
  ResultsData data = made({{0.70f, 0.71f, 0.72f}, {0.80f, 0.81f, 0.82f}, {0.79f, 0.82f, 0.80f}});
  data.origin.data.test_size = 100;
  const std::string text = table(data);
  EXPECT_THAT(text, HasSubstr("    10  0.9000  0.7100±.025  *0.1900±.025   0.7100 @ 1     fits\n"));
  EXPECT_THAT(text, HasSubstr("   0.0900±.025  +0.8100 @ 1"));
  EXPECT_THAT(text, HasSubstr("   0.0967±.038  ~0.8033 @ 1"));
  EXPECT_THAT(text, HasSubstr("0.8100±.025 at epoch 1;\nwithout the luck of being chosen 0.8100\n"
                              "~ 1 of the 2 other configurations may be as good (95 %, seeds paired)\n"));
  EXPECT_THAT(text, HasSubstr("± covers the seeds, on these 100 test images; other images would\n"
                              "change an accuracy by ±.077, a difference by less\n"));
}

TEST(Trust, ThatAllOthersCanBeToldIsSaidAndMarksNothing) {
  const std::string text = table(made({{0.70f, 0.71f, 0.72f}, {0.80f, 0.81f, 0.8205f}}));
  EXPECT_THAT(text,
              HasSubstr("\nThe other configuration is worse by more than chance (95 %, seeds paired)\n"));
  EXPECT_THAT(text, Not(HasSubstr("~")));
  EXPECT_THAT(text, Not(HasSubstr("settle")));
}

TEST(Trust, WhereTooManySeedsWouldBeNeededTheCheapestIsNamed) {
  const std::string text = table(made({{0.80f, 0.81f, 0.82f}, {0.81f, 0.82f, 0.801f}}));
  EXPECT_THAT(text, HasSubstr("\nTo tell the best from it would take about "));
  EXPECT_THAT(text, HasSubstr(" more seeds:\ntake the cheapest of these 2, hidden_size 10\n"));
  EXPECT_THAT(table(made({{0.80f, 0.81f, 0.82f}, {0.80f, 0.81f, 0.82f}})),
              HasSubstr("\nAs measured, no number of seeds would tell the best from it:\n"
                        "take the cheapest of these 2, which is the best\n"));
}

// Of three that may be as good the first is the cheapest, but a few more seeds would tell it from the best.
TEST(Trust, TheCheapestIsOneThatIsTooCloseToTheBest) {
  const Comparison comparison =
      compare(made({{0.780f, 0.80f, 0.79f}, {0.80f, 0.81f, 0.82f}, {0.81f, 0.82f, 0.801f}}));
  EXPECT_EQ(comparison.best(), 2u);
  EXPECT_THAT(comparison.like_the_best(), ElementsAre(0, 1));
  EXPECT_FALSE(comparison.configurations[0].too_close);
  EXPECT_TRUE(comparison.configurations[1].too_close);
  const std::string text = trust_lines(comparison);
  EXPECT_THAT(text, HasSubstr("\nTo tell the best from 1 of them would take about "));
  EXPECT_THAT(text, HasSubstr(" more seeds:\ntake the cheapest of these 2, hidden_size 20\n"));
}

TEST(Trust, LeavesOutConfigurationsWithSeedsThatDivergedOrAreNotDone) {
  ResultsData data =
      made({{0.70f, 0.71f, 0.72f}, {0.80f, 0.81f, 0.8205f}, {0.9f, 0.91f, 0.92f}, {0.6f, 0.6f, 0.6f}});
  data.runs[6].status = RunStatus::diverged;
  data.runs[9].status = data.runs[10].status = RunStatus::pending;
  const Comparison comparison = compare(data);
  EXPECT_EQ(comparison.trust.compared, 2u);
  EXPECT_EQ(comparison.trust.left_out, 2u);
  EXPECT_THAT(to_table(comparison), HasSubstr(";\n2 left out: a seed diverged or is not done\n"));
}

TEST(Trust, OfFilesThatAreNotAlikeIsNotSaid) {
  std::vector<ResultsData> files(2, made({{0.70f, 0.71f, 0.72f}, {0.80f, 0.81f, 0.8205f}}));
  files[1].origin.data.test_size = 100;
  const std::string text = to_table(compare(files));
  EXPECT_THAT(text, Not(HasSubstr("told")));
  EXPECT_THAT(text, Not(HasSubstr("luck")));
}

TEST(Trust, ChosenByAValidationSetIsJudgedByTheTestSet) {
  ResultsData data = made({{0.70f, 0.71f, 0.72f}, {0.80f, 0.81f, 0.82f}});
  data.origin.data.validation_size = 1000;
  for (StoredRun& run : data.runs)  // the other way round
    run.curves[Metric::validation_accuracy] = {0, 1.5f - run.curves[Metric::test_accuracy][1]};
  const Comparison comparison = compare(data);
  EXPECT_EQ(comparison.best(), 0u);
  EXPECT_NEAR(comparison.trust.test_accuracy, 0.71, 1e-6);
}

/// Four configurations of a config, three seeds each: two that can hardly be told from each other.
ResultsData swept(std::span<const std::string> overrides = {}) {
  const std::string text = R"({"epochs": 1, "hidden_size": [10, 20, 30, 40], "seed": [1, 2, 3]})";
  ResultsData data =
      made({{0.5f, 0.51f, 0.52f}, {0.5f, 0.51f, 0.52f}, {0.80f, 0.81f, 0.82f}, {0.84f, 0.79f, 0.87f}});
  const Config config = parse_config(text, "configs/four.json", overrides);
  data.effective_config = config.effective;
  data.origin.config_text = text;
  data.origin.config_file = "configs/four.json";
  data.file = "results/four.h5";
  data.sessions = {{0, 10, 12}, {20, 30, 24}};
  return data;
}

TEST(Trust, NamesTheSeedsTheTimeAndTheCommandThatWouldSettleIt) {
  const Settlement settlement = compare(swept()).trust.settlement;
  EXPECT_EQ(settlement.configurations, 2u);
  EXPECT_TRUE(settlement.worth_it);
  const std::size_t more = settlement.seeds;
  EXPECT_GE(more, 3u);
  // 36 s were for three seeds of 10 + 20 + 30 + 40 hidden units.
  EXPECT_NEAR(settlement.seconds, 36.0 * 70 * static_cast<double>(more) / 300, 1e-9);
  EXPECT_EQ(settlement.command, "runner configs/four.json 'seed={\"range\":[1," + std::to_string(3 + more) +
                                    "]}' 'where=seed <= 3 || (hidden_size=30 || hidden_size=40)'");
  EXPECT_THAT(table(swept()), HasSubstr(":\n  runner configs/four.json 'seed"));
}

// A grid is named by its sides, however many configurations it has.
TEST(Trust, TheCommandIsShort) {
  const std::string text =
      R"({"epochs": 1, "learning_rate": [0.1, 0.2, 0.5], "batch_size": [10, 20, 50], "hidden_size": [10, 20, 30],
          "seed": [1, 2]})";
  const Config config = parse_config(text, "a.json");
  ResultsData data = made({});
  data.effective_config = config.effective;
  data.origin.config_text = text;
  data.origin.config_file = "a.json";
  data.file = "results/a.h5";
  for (const RunSpec& run : runs_of(config.spaces))
    data.runs.push_back(ending(run, 0.9f, run.learning_rate == 0.5 ? 0.8f : 0.3f));
  const Comparison comparison = compare(data);
  std::vector<std::size_t> which;
  for (std::size_t c = 0; c < comparison.configurations.size(); ++c)
    if (const RunSpec& run = comparison.configurations[c].spec;
        run.learning_rate == 0.5 && (run.batch_size < 50 || run.hidden_size == 30))
      which.push_back(c);
  EXPECT_EQ(command_for_seeds(data, comparison, which, 2),
            "runner a.json 'seed=[1,2,3,4]' 'where=seed <= 2 || learning_rate=0.5 && ((batch_size=10 || "
            "batch_size=20) && (hidden_size=10 || hidden_size=20 || hidden_size=30) || batch_size=50 && "
            "hidden_size=30)'");
}

// Of those that --where leaves, too: the file's time was for all, and the command trains no others.
TEST(Trust, TheTimeAndTheCommandAreRightForAPartOfTheSweep) {
  const Settlement all = compare(swept()).trust.settlement;
  ResultsData data = swept();
  const std::vector<std::string> where{"hidden_size >= 30"};
  keep_where(data, where);
  const Settlement settlement = compare(data).trust.settlement;
  ASSERT_EQ(settlement.configurations, 2u);
  EXPECT_NEAR(settlement.seconds,
              all.seconds * static_cast<double>(settlement.seeds) / static_cast<double>(all.seeds), 1e-9);
  EXPECT_THAT(settlement.command, HasSubstr("'where=seed <= 3 || (hidden_size=30 || hidden_size=40)'"));
}

TEST(Trust, TheCommandHasWhatWasReplacedOnTheCommandLineAndTheFile) {
  ResultsData data = swept(std::vector<std::string>{"epochs=2", "name=two"});
  data.file = "elsewhere/t w o.h5";
  EXPECT_THAT(
      compare(data).trust.settlement.command,
      testing::StartsWith("runner configs/four.json -o 'elsewhere/t w o.h5' epochs=2 name=two 'seed={"));
}

TEST(Trust, ThereIsNoCommandWhereTheConfigDoesNotFit) {
  ResultsData data = swept();
  data.file = "results/four.shard-1-of-2.h5";
  EXPECT_EQ(compare(data).trust.settlement.command, "");
  data = swept();
  data.origin.config_text = "{";
  EXPECT_EQ(compare(data).trust.settlement.command, "");
  data = swept();
  data.sessions.front().taken = std::nan("");
  EXPECT_TRUE(std::isnan(compare(data).trust.settlement.seconds));
}

/// The data of the page of these results, as text.
std::string page_data(const ResultsData& data) {
  const std::string page = to_page(data), begin = R"(<script type="application/json" id="data">)";
  const std::size_t from = page.find(begin) + begin.size();
  return page.substr(from, page.find("</script>", from) - from);
}

TEST(Trust, IsSaidOnThePageInTheSameWords) {
  ResultsData data = swept();
  data.origin.data.test_size = 100;
  const auto page = nlohmann::json::parse(page_data(data));
  EXPECT_THAT(page["finding"].get<std::string>(),
              testing::EndsWith(", without the luck of being chosen 0.8333."));
  std::string words, lines = trust_lines(compare(data));
  for (const auto& sentence : page["trust"]["sentences"]) {
    const std::string command = sentence["command"];
    words += sentence["text"].get<std::string>() + ' ' + (command.empty() ? "" : "  " + command + ' ');
  }
  std::replace(lines.begin(), lines.end(), '\n', ' ');
  EXPECT_EQ(words, lines);
  EXPECT_THAT(words, HasSubstr("  runner configs/four.json 'seed"));
  EXPECT_EQ(page["trust"]["sentences"].size(), 3u);
  EXPECT_EQ(page["trust"]["like_the_best"], nlohmann::json::parse("[2]"));
}

// The best has one seed so far, and nothing is known of it.
TEST(Trust, NothingIsMarkedWhereTheBestIsNotCompared) {
  ResultsData data = made({{0.70f, 0.71f}, {0.70f, 0.71f}, {0.80f, 0.81f}});
  data.runs[5].status = RunStatus::pending;
  data.runs[5].epochs_done = -1;
  EXPECT_THAT(table(data), HasSubstr("+0.8"));
  EXPECT_THAT(table(data), Not(HasSubstr("~")));
  EXPECT_EQ(nlohmann::json::parse(page_data(data))["trust"]["like_the_best"], nlohmann::json::array());
}

TEST(Trust, OfOneSeedSaysThatNothingCanBeTold) {
  const std::string text = table(made({{0.7f}, {0.8f}}));
  EXPECT_THAT(text,
              HasSubstr("With 1 seed no configuration is known to be better than another; 2 more seeds"));
  EXPECT_THAT(text, Not(HasSubstr("~")));
  EXPECT_THAT(text, Not(HasSubstr("luck")));
}

}  // namespace
}  // namespace runner
