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
  EXPECT_THAT(problem("seed"), HasSubstr("seeds measure the noise"));
}

/// Twenty rates and weight decays that belong together; `accuracies` follow each other with the rate.
std::vector<StoredRun> drawn(const std::vector<float>& accuracies) {
  std::vector<StoredRun> all;
  for (std::size_t k = 0; k < accuracies.size(); ++k) {
    RunSpec s = spec(10, 1, 0.01 * static_cast<double>(k + 1));
    s.weight_decay = 1e-6 * static_cast<double>((8 * k) % 21);
    all.push_back(ending(s, 1, accuracies[k]));
  }
  return all;
}

TEST(EffectInBins, IsUnpairedAndTakesSamplesAsItsUnits) {
  const ResultsData made =
      results(1, drawn({.1f, .2f, .4f, .3f, .5f, .6f, .9f, .7f, .8f, .5f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_TRUE(wants_bins(made, "learning_rate"));
  const Effect effect = effects_of({&made, 1}, "learning_rate").front();
  EXPECT_TRUE(effect.in_bins);
  EXPECT_EQ(effect.samples, 20u);
  ASSERT_EQ(effect.values.size(), 4u);
  EXPECT_EQ(effect.values[0].value, "0.01 to 0.05");
  EXPECT_EQ(effect.values[1].samples, 5u);
  EXPECT_EQ(effect.values[1].least, 0.06);
  EXPECT_EQ(effect.values[1].most, 0.1);
  EXPECT_NEAR(effect.values[0].test_accuracy.mean, 0.3, 1e-7);
  EXPECT_NEAR(effect.values[1].test_change.mean, 0.4, 1e-7);
  EXPECT_FALSE(effect.values[0].test_change.has_interval());
  // Equal variances of 0.025 in both: scipy.stats.t.ppf((1 + 0.95 ** (1 / 3)) / 2, 8) * 0.1
  EXPECT_NEAR(effect.values[1].test_change.half_width, 0.3004600, 1e-6);
  // The second has none: t with 4 degrees of freedom, times (0.025 / 5) ** 0.5
  EXPECT_NEAR(effect.values[2].test_change.half_width, 0.2786366, 1e-6);
}

TEST(EffectInBins, IsOfValuesThatWereDrawnOrAreMany) {
  EXPECT_FALSE(wants_bins(results(1, runs()), "hidden_size"));
  std::vector<StoredRun> all;
  for (std::int32_t hidden = 1; hidden <= 31; ++hidden) all.push_back(ending(spec(hidden), 1, 0.5f));
  EXPECT_TRUE(wants_bins(results(1, all), "hidden_size"));
  all.pop_back();
  EXPECT_FALSE(wants_bins(results(1, all), "hidden_size"));
}

TEST(EffectInBins, OfFewSamplesHasNoValues) {
  const ResultsData made = results(1, drawn(std::vector<float>(12, 0.5f)));
  EXPECT_EQ(effect_in_bins(made, "learning_rate").values.size(), 2u);
  std::vector<StoredRun> few = made.runs;
  for (std::size_t i = 0; i < 3; ++i) few[i].status = RunStatus::diverged;
  const Effect effect = effect_in_bins(results(1, few), "learning_rate");
  EXPECT_TRUE(effect.values.empty());
  EXPECT_EQ(effect.left_out, 3u);
  EXPECT_EQ(to_table(effect), "By learning_rate: 9 samples done so far, too few for bins\n");
}

TEST(EffectInBins, IsTheMeanOverTheOthersOfASample) {
  std::vector<StoredRun> all = drawn(std::vector<float>(20, 0.5f));
  for (StoredRun& run : drawn(std::vector<float>(20, 0.75f))) {
    run.run.spec.activation = Activation::relu;
    all.push_back(run);
  }
  const Effect effect = effect_in_bins(results(1, all), "learning_rate");
  EXPECT_EQ(effect.samples, 20u);
  EXPECT_EQ(effect.values[0].test_accuracy.mean, 0.625);
  EXPECT_EQ(effect.values[0].test_accuracy.half_width, 0);
}

TEST(EffectInBins, TableIsThis) {
  std::vector<float> accuracies(20, 0.5f);
  for (std::size_t k = 10; k < 20; ++k) accuracies[k] = k % 2 == 0 ? 0.75f : 0.625f;
  EXPECT_EQ(to_table(effect_in_bins(results(1, drawn(accuracies)), "learning_rate")),
            R"(By learning_rate in 4 bins of 5 samples each, not paired:
the other parameters differ, too

learning_rate   train    test      gap   change of test    change of gap
 0.01 to 0.05  1.0000  0.5000   0.5000                -                -
  0.06 to 0.1  1.0000  0.5000   0.5000   +0.0000±0.0000   +0.0000±0.0000
 0.11 to 0.15  1.0000  0.7000   0.3000  *+0.2000±0.1207  *-0.2000±0.1207
  0.16 to 0.2  1.0000  0.6750   0.3250  *+0.1750±0.1207  *-0.1750±0.1207

± 95 % interval over the samples, for all bins together; * more than chance
)");
}

TEST(EffectInBins, ExportsSayTheEndsOfTheBins) {
  const Effect effect = effect_in_bins(results(1, drawn(std::vector<float>(20, 0.5f))), "learning_rate");
  const std::string csv = to_csv({{effect}});
  EXPECT_THAT(csv, HasSubstr(",gap_change_ci,samples,least,most\r\nmade,0.01 to 0.05,,,0,0,0,1,"));
  EXPECT_THAT(csv, HasSubstr(",5,0.01,0.05\r\n"));
  EXPECT_THAT(to_json({{effect}}), HasSubstr("\"settings\": null"));
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
  EXPECT_THAT(csv, testing::StartsWith(
                       "file,hidden_size,settings,seeds,left_out,stopped,not_applicable,train_accuracy,"
                       "train_accuracy_ci,test_accuracy,test_accuracy_ci,gap,gap_ci,train_change,train_"
                       "change_ci,test_change,test_change_ci,"
                       "gap_change,gap_change_ci\r\n"
                       "made,25,2,3,0,0,0,1,0,0.375,"));
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
