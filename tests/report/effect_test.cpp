#include "runner/report/effect.hpp"

#include "runner/error/error.hpp"

#include "report/hand_made.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using test::ending;
using test::results;
using test::spec;
using test::stored;
using testing::HasSubstr;

/// Hidden sizes 100 and 25 at two rates and three seeds. The larger one gains 1/8, 1/4 or 1/8 of test
/// accuracy by seed, on levels that differ by rate.
std::vector<StoredRun> runs() {
  std::vector<StoredRun> all;
  for (const std::int32_t hidden_size : {100, 25})
    for (const double rate : {0.1, 0.5})
      for (const std::int64_t seed : {1, 2, 3}) {
        const float level = rate < 0.3 ? 0.25f : 0.5f;
        const float gain = hidden_size == 25 ? 0 : seed == 2 ? 0.25f : 0.125f;
        all.push_back(ending(spec(hidden_size, seed, rate), 1, level + gain));
      }
  return all;
}

TEST(EffectOf, PairsRunsThatDifferInTheAxisAloneAndTakesSeedsAsItsUnits) {
  const Effect effect = effect_of(results(1, runs()), "hidden_size");
  EXPECT_EQ(effect.axis, "hidden_size");
  EXPECT_EQ(effect.settings, 2u);
  EXPECT_EQ(effect.seeds, 3u);
  EXPECT_EQ(effect.left_out, 0u);
  ASSERT_EQ(effect.values.size(), 2u);
  EXPECT_EQ(effect.values[0].value, "25");
  EXPECT_EQ(effect.values[0].test_accuracy.mean, 0.375);
  EXPECT_EQ(effect.values[0].test_change.mean, 0);
  EXPECT_EQ(effect.values[1].value, "100");
  EXPECT_DOUBLE_EQ(effect.values[1].test_accuracy.mean, 0.375 + 0.5 / 3);
  EXPECT_DOUBLE_EQ(effect.values[1].test_change.mean, 0.5 / 3);
  EXPECT_EQ(effect.values[1].train_change.mean, 0);
  EXPECT_DOUBLE_EQ(effect.values[1].gap_change.mean, -0.5 / 3);
  // Of three seeds, not of six runs; the level of the rates is no part of the noise.
  EXPECT_DOUBLE_EQ(effect.values[1].test_change.half_width,
                   estimate(std::vector{0.125, 0.25, 0.125}).half_width);
}

TEST(EffectOf, WidensTheIntervalsOfSeveralValuesSoThatAllHoldTheTruthTogether) {
  std::vector<StoredRun> all;
  for (const std::int64_t seed : {1, 2, 3}) {
    const float noise = static_cast<float>(seed) / 64;
    for (const std::int32_t hidden_size : {1, 2, 3})
      all.push_back(ending(spec(hidden_size, seed), 1, hidden_size == 1 ? 0.5f : 0.5f + noise));
  }
  const Effect effect = effect_of(results(1, all), "hidden_size");
  // scipy.stats.t.ppf((1 + 0.95 ** 0.5) / 2, 2) * (1 / 64) / 3 ** 0.5
  EXPECT_NEAR(effect.values[2].test_change.half_width, 0.0556098, 1e-6);
  EXPECT_NEAR(effect.values[2].test_accuracy.half_width, student_t(3) / 64 / std::sqrt(3.0), 1e-12);
}

TEST(EffectOf, HasNoIntervalsOfTwoSeeds) {
  const Effect effect = effect_of(results(1, {ending(spec(10, 1), 0.25f, 0), ending(spec(20, 1), 0.5f, 0),
                                              ending(spec(10, 2), 0.5f, 0), ending(spec(20, 2), 1, 0)}),
                                  "hidden_size");
  EXPECT_EQ(effect.values[1].train_change.mean, 0.375);
  EXPECT_FALSE(effect.values[1].train_change.has_interval());
  EXPECT_THAT(to_table(effect), HasSubstr("\n2 seeds: no confidence interval;"));
}

TEST(EffectOf, LeavesOutTheSettingsOrTheSeedsThatLackARunWhicheverAreFewer) {
  std::vector<StoredRun> all = runs();  // by size, rate, seed
  all[0].status = RunStatus::diverged;  // rate 0.1, seed 1
  Effect effect = effect_of(results(1, all), "hidden_size");
  EXPECT_EQ(effect.settings, 2u);
  EXPECT_EQ(effect.seeds, 2u);
  EXPECT_EQ(effect.left_out, 3u);
  all[7].status = RunStatus::running;  // rate 0.1, seed 2
  effect = effect_of(results(1, all), "hidden_size");
  EXPECT_EQ(effect.settings, 1u);
  EXPECT_EQ(effect.seeds, 3u);
  EXPECT_EQ(effect.left_out, 4u);
  for (StoredRun& run : all)
    if (run.run.spec.hidden_size == 25) run.status = RunStatus::pending;
  effect = effect_of(results(1, all), "hidden_size");
  EXPECT_EQ(effect.settings, 0u);
  EXPECT_EQ(effect.seeds, 0u);
}

TEST(EffectOf, TakesWords) {
  std::vector<StoredRun> all{ending(spec(50), 1, 0.5f), ending(spec(50), 1, 0.75f)};
  all[1].run.spec.loss = Loss::mean_squared_error;
  const Effect effect = effect_of(results(1, std::move(all)), "loss");
  ASSERT_EQ(effect.values.size(), 2u);
  EXPECT_EQ(effect.values[1].value, "mean_squared_error");
  EXPECT_EQ(effect.values[1].test_change.mean, 0.25);
}

TEST(EffectOf, SaysWhatItCannotCompare) {
  const auto problem = [](const char* axis) {
    try {
      effect_of(results(1, runs()), axis);
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::bad_input);
      return std::string(e.what());
    }
    return std::string("no Error");
  };
  EXPECT_THAT(problem("hidden"), HasSubstr("the axes are learning_rate, batch_size"));
  EXPECT_THAT(problem("batch_size"), HasSubstr("one value of batch_size"));
  EXPECT_THAT(problem("seed"), HasSubstr("seeds are what chance is told by"));
}

TEST(EffectsOf, TellsFilesOfOneNameApart) {
  std::vector<ResultsData> files(2, results(1, runs()));
  files[0].file = "monday/made.h5";
  files[1].file = "tuesday/made.h5";
  const std::vector<Effect> effects = effects_of(files, "hidden_size");
  ASSERT_EQ(effects.size(), 2u);
  EXPECT_EQ(effects[0].name, "monday/made.h5");
  EXPECT_THAT(to_csv(effects), HasSubstr("\r\ntuesday/made.h5,25,"));
  EXPECT_THAT(to_json(effects), HasSubstr("\"file\": \"tuesday/made.h5\""));
  EXPECT_EQ(effects_of({files.data(), 1}, "hidden_size").front().name, "made");
}

TEST(EffectTable, IsThis) {
  EXPECT_EQ(to_table(effect_of(results(1, runs()), "hidden_size")),
            R"(By hidden_size, all else the same: 2 settings of the others, 3 seeds

hidden_size   train    test      gap    change of test     change of gap
         25  1.0000  0.3750   0.6250                 -                 -
        100  1.0000  0.5417   0.4583    +0.1667±0.1793    -0.1667±0.1793

± 95 % interval over the seeds, for all values together; * the change is more than chance
)");
}

TEST(EffectToCsv, HasAllDigitsAndALineForEachValue) {
  const Effect effect = effect_of(results(1, runs()), "hidden_size");
  const std::string csv = to_csv({{effect, effect}});
  EXPECT_THAT(csv,
              testing::StartsWith(
                  "file,hidden_size,settings,seeds,left_out,train_accuracy,train_accuracy_ci,test_accuracy,"
                  "test_accuracy_ci,gap,gap_ci,train_change,train_change_ci,test_change,test_change_ci,"
                  "gap_change,gap_change_ci\r\n"
                  "made,25,2,3,0,1,0,0.375,"));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 5);
  Effect formula = effect;
  formula.name = "=1";
  EXPECT_THAT(to_csv({{formula}}), HasSubstr("\r\n\"'=1\",25,"));
  EXPECT_EQ(to_csv(std::span<const Effect>()), "");
}

TEST(EffectToJson, HasNumbersWordsAndNulls) {
  std::vector<StoredRun> words{ending(spec(10), 1, 0.5f), ending(spec(10), 1, 0.25f)};
  words[1].run.spec.loss = Loss::mean_squared_error;
  const Effect by_loss = effect_of(results(1, words), "loss");
  const std::string json = to_json({{by_loss}});
  EXPECT_THAT(
      json, testing::StartsWith("{\n  \"by\": \"loss\",\n  \"values\": [\n    {\n      \"file\": \"made\",\n"
                                "      \"value\": \"cross_entropy\",\n      \"settings\": 1,"));
  EXPECT_THAT(json, HasSubstr("\"test_change\": -0.25,\n      \"test_change_ci\": null"));
  EXPECT_THAT(to_json({{effect_of(results(1, runs()), "hidden_size")}}), HasSubstr("\"value\": 25,"));
}

}  // namespace
}  // namespace runner
