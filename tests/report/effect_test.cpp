#include "runner/report/effect.hpp"

#include "runner/error/error.hpp"

#include "report/hand_made.hpp"

#include <algorithm>
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

/// Hidden sizes 100 and 25 at two rates and two seeds. The larger one gains 1/8 or 1/4 of test accuracy, on
/// levels that differ by rate.
std::vector<StoredRun> runs() {
  std::vector<StoredRun> all;
  for (const std::int32_t hidden_size : {100, 25})
    for (const double rate : {0.1, 0.5})
      for (const std::int64_t seed : {1, 2}) {
        const float level = rate < 0.3 ? 0.25f : 0.5f;
        const float gain = hidden_size == 25 ? 0 : seed == 1 ? 0.125f : 0.25f;
        all.push_back(ending(spec(hidden_size, seed, rate), 1, level + gain));
      }
  return all;
}

TEST(EffectOf, PairsRunsThatDifferInTheAxisAlone) {
  const Effect effect = effect_of(results(1, runs()), "hidden_size");
  EXPECT_EQ(effect.axis, "hidden_size");
  EXPECT_EQ(effect.pairs, 4u);
  EXPECT_EQ(effect.left_out, 0u);
  ASSERT_EQ(effect.values.size(), 2u);
  EXPECT_EQ(effect.values[0].value, "25");
  EXPECT_EQ(effect.values[0].test_accuracy.mean, 0.375);
  EXPECT_EQ(effect.values[0].test_change.mean, 0);
  EXPECT_EQ(effect.values[1].value, "100");
  EXPECT_EQ(effect.values[1].test_accuracy.mean, 0.5625);
  EXPECT_EQ(effect.values[1].test_change.mean, 0.1875);
  EXPECT_EQ(effect.values[1].train_change.mean, 0);
  EXPECT_EQ(effect.values[1].gap_change.mean, -0.1875);
  // Of 1/8, 1/4, 1/8, 1/4: the level of the rates is no part of the noise.
  EXPECT_DOUBLE_EQ(effect.values[1].test_change.half_width,
                   estimate(std::vector{0.125, 0.25, 0.125, 0.25}).half_width);
}

TEST(EffectOf, TakesTheChangeOfTrainAccuracyPairByPair) {
  const Effect effect = effect_of(results(1, {ending(spec(10, 1), 0.25f, 0), ending(spec(20, 1), 0.5f, 0),
                                              ending(spec(10, 2), 0.5f, 0), ending(spec(20, 2), 1, 0)}),
                                  "hidden_size");
  EXPECT_EQ(effect.values[0].train_change.mean, 0);
  EXPECT_EQ(effect.values[1].train_change.mean, 0.375);
  EXPECT_EQ(effect.values[1].train_change.most, 0.5);
}

TEST(EffectOf, LeavesOutWhatHasNotAllPartners) {
  std::vector<StoredRun> all = runs();
  all[0].status = RunStatus::diverged;
  all[5].status = RunStatus::running;
  const Effect effect = effect_of(results(1, std::move(all)), "hidden_size");
  EXPECT_EQ(effect.pairs, 2u);
  EXPECT_EQ(effect.left_out, 2u);
}

TEST(EffectOf, TakesWordsAndSeeds) {
  std::vector<StoredRun> all{ending(spec(50), 1, 0.5f), ending(spec(50), 1, 0.75f)};
  all[1].run.spec.loss = Loss::mean_squared_error;
  const Effect effect = effect_of(results(1, std::move(all)), "loss");
  ASSERT_EQ(effect.values.size(), 2u);
  EXPECT_EQ(effect.values[1].value, "mean_squared_error");
  EXPECT_EQ(effect.values[1].test_change.mean, 0.25);
  EXPECT_EQ(effect_of(results(1, runs()), "seed").pairs, 4u);
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
}

TEST(EffectTable, IsThis) {
  EXPECT_EQ(to_table(effect_of(results(1, runs()), "hidden_size")),
            R"(By hidden_size: 4 pairs for each value, all else and the seed the same

hidden_size   train    test      gap    change of test     change of gap
         25  1.0000  0.3750   0.6250                 -                 -
        100  1.0000  0.5625   0.4375   *+0.1875±0.1148   *-0.1875±0.1148

± 95 % interval; * the change is more than its noise
)");
}

TEST(EffectToCsv, HasAllDigitsAndALineForEachValue) {
  const Effect effect = effect_of(results(1, runs()), "hidden_size");
  const std::string csv = to_csv({{effect, effect}});
  EXPECT_THAT(csv, testing::StartsWith(
                       "file,hidden_size,pairs,left_out,train_accuracy,train_accuracy_ci,test_accuracy,"
                       "test_accuracy_ci,gap,gap_ci,test_change,test_change_ci,gap_change,gap_change_ci\r\n"
                       "made,25,4,0,1,0,0.375,"));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 5);
  EXPECT_EQ(to_csv(std::span<const Effect>()), "");
}

TEST(EffectToJson, HasNumbersWordsAndNulls) {
  std::vector<StoredRun> words{ending(spec(10), 1, 0.5f), ending(spec(10), 1, 0.25f)};
  words[1].run.spec.loss = Loss::mean_squared_error;
  const Effect by_loss = effect_of(results(1, words), "loss");
  const std::string json = to_json({{by_loss}});
  EXPECT_THAT(
      json, testing::StartsWith("{\n  \"by\": \"loss\",\n  \"values\": [\n    {\n      \"file\": \"made\",\n"
                                "      \"value\": \"cross_entropy\",\n      \"pairs\": 1,"));
  EXPECT_THAT(json, HasSubstr("\"test_change\": -0.25,\n      \"test_change_ci\": null"));
  EXPECT_THAT(to_json({{effect_of(results(1, runs()), "hidden_size")}}), HasSubstr("\"value\": 25,"));
}

}  // namespace
}  // namespace runner
