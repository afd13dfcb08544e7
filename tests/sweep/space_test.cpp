#include "runner/sweep/space.hpp"

#include "runner/sweep/config.hpp"

#include "sweep/message_of.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;

std::vector<RunSpec> runs(const std::string& config) {
  return runs_of(parse_config(config, "x.json").spaces);
}

/// The values that one axis has in the runs of a config.
template <class Value>
std::vector<Value> values(const std::string& config, Value RunSpec::*axis) {
  std::vector<Value> found;
  for (const RunSpec& run : runs(config)) found.push_back(run.*axis);
  return found;
}

std::vector<double> rates(const std::string& config) {
  return values(config, &RunSpec::learning_rate);
}

TEST(Generators, RangeHasBothEndsAndStepsOfOne) {
  EXPECT_THAT(values(R"({"seed": {"range": [3, 6]}})", &RunSpec::seed), ElementsAre(3, 4, 5, 6));
  EXPECT_THAT(values(R"({"hidden_size": {"range": [10, 45, 10]}})", &RunSpec::hidden_size),
              ElementsAre(10, 20, 30, 40));
  EXPECT_THAT(values(R"({"seed": {"range": [7, 7]}})", &RunSpec::seed), ElementsAre(7));
}

// 3 · 0.1 is 0.30000000000000004.
TEST(Generators, RangeOfNumbersHasNoRoundingErrors) {
  EXPECT_THAT(rates(R"({"learning_rate": {"range": [0.1, 0.5, 0.1]}})"),
              ElementsAre(0.1, 0.2, 0.3, 0.4, 0.5));
  EXPECT_THAT(rates(R"({"learning_rate": {"range": [1, 3]}})"), ElementsAre(1, 2, 3));
}

TEST(Generators, RangeIsExactBeyondDoubles) {
  EXPECT_THAT(values(R"({"seed": {"range": [9223372036854775805, 9223372036854775807]}})", &RunSpec::seed),
              ElementsAre(9223372036854775805, 9223372036854775806, 9223372036854775807));
}

TEST(Generators, LinspaceAndLogspaceHaveBothEnds) {
  EXPECT_THAT(rates(R"({"learning_rate": {"linspace": [0.1, 0.7, 3]}})"), ElementsAre(0.1, 0.4, 0.7));
  EXPECT_THAT(rates(R"({"learning_rate": {"logspace": [1e-4, 1, 5]}})"),
              ElementsAre(0.0001, 0.001, 0.01, 0.1, 1));
  EXPECT_THAT(rates(R"({"learning_rate": {"logspace": [0.1234567, 1, 3]}})"),
              ElementsAre(0.1234567, 0.351364, 1));
}

TEST(Generators, IntegersAreRounded) {
  EXPECT_THAT(values(R"({"hidden_size": {"logspace": [10, 1000, 5]}})", &RunSpec::hidden_size),
              ElementsAre(10, 32, 100, 316, 1000));
}

TEST(Generators, AreTheListsTheyStandFor) {
  EXPECT_EQ(parse_config(R"({"seed": {"range": [1, 3]}})", "x.json").effective,
            parse_config(R"({"seed": [1, 2, 3]})", "x.json").effective);
}

TEST(Zip, WalksListsTogether) {
  const auto all = runs(R"({"learning_rate": [0.1, 0.2], "batch_size": [10, 20], "hidden_size": [1, 2],
                            "zip": [["batch_size", "learning_rate"]]})");
  std::vector<std::tuple<double, int, int>> found;
  for (const RunSpec& run : all) found.emplace_back(run.learning_rate, run.batch_size, run.hidden_size);
  EXPECT_THAT(found, ElementsAre(std::tuple(0.1, 10, 1), std::tuple(0.1, 10, 2), std::tuple(0.2, 20, 1),
                                 std::tuple(0.2, 20, 2)));
}

TEST(Zip, HasSeveralGroups) {
  EXPECT_EQ(runs(R"({"learning_rate": [0.1, 0.2, 0.3], "batch_size": [10, 20, 30], "hidden_size": [1, 2],
                     "seed": [1, 2], "zip": [["learning_rate", "batch_size"], ["seed", "hidden_size"]]})")
                .size(),
            6u);
}

TEST(Where, KeepsTheRunsThatFulfilIt) {
  const auto all = runs(R"({"learning_rate": [0.1, 0.5], "hidden_size": [50, 100, 200],
                            "where": "hidden_size <= 50 || learning_rate < 0.3 && hidden_size < 200"})");
  std::vector<std::pair<double, int>> found;
  for (const RunSpec& run : all) found.emplace_back(run.learning_rate, run.hidden_size);
  EXPECT_THAT(found, ElementsAre(std::pair(0.1, 50), std::pair(0.1, 100), std::pair(0.5, 50)));
}

// As in any comparison with a value that is missing.
TEST(Where, AnAxisThatMeansNothingToARunFulfilsNothing) {
  const std::string grids =
      R"("grids": [{"optimizer": "sgd"}, {"optimizer": "momentum", "momentum": [0.5, 0.9]}])";
  const auto optimizers = [&](const std::string& where) {
    return values("{" + grids + ", \"where\": \"" + where + "\"}", &RunSpec::optimizer);
  };
  EXPECT_THAT(optimizers("momentum > 0.1"), ElementsAre(Optimizer::momentum, Optimizer::momentum));
  EXPECT_THAT(optimizers("optimizer = sgd || momentum != 0.9"),
              ElementsAre(Optimizer::sgd, Optimizer::momentum));
}

TEST(Grids, FollowOneAnotherWithTheKeysBesideThem) {
  const auto all = runs(R"({"seed": [1, 2], "learning_rate": 0.5,
      "grids": [{"optimizer": "sgd"}, {"optimizer": "momentum", "momentum": [0.5, 0.8], "learning_rate": 0.01}]})");
  std::vector<std::tuple<Optimizer, double, double, std::int64_t>> found;
  for (const RunSpec& run : all) found.emplace_back(run.optimizer, run.momentum, run.learning_rate, run.seed);
  using enum Optimizer;
  EXPECT_THAT(found, ElementsAre(std::tuple(sgd, 0.9, 0.5, 1), std::tuple(sgd, 0.9, 0.5, 2),
                                 std::tuple(momentum, 0.5, 0.01, 1), std::tuple(momentum, 0.5, 0.01, 2),
                                 std::tuple(momentum, 0.8, 0.01, 1), std::tuple(momentum, 0.8, 0.01, 2)));
}

TEST(Grids, EqualRunsAreOne) {
  EXPECT_THAT(rates(R"({"grids": [{"learning_rate": [0.1, 0.2]}, {"learning_rate": [0.3, 0.2, 0.1]}]})"),
              ElementsAre(0.1, 0.2, 0.3));
}

// The first grid is a cosine over the config's ten epochs, the second says so.
TEST(Grids, RunsAreComparedWithoutWhatMeansNothing) {
  EXPECT_EQ(runs(R"({"grids": [{"learning_rate_schedule": ["constant", "cosine"]},
                               {"learning_rate_schedule": "cosine", "schedule_epochs": 10}, {}]})")
                .size(),
            2u);
}

// One that keeps nothing of a grid is of use where it keeps runs of another one.
TEST(Grids, AConditionBesideThemHoldsForEach) {
  const std::string grids = R"({"grids": [{"hidden_size": 10}, {"hidden_size": 20}], "where": "hidden_size )";
  EXPECT_THAT(values(grids + "> 10\"}", &RunSpec::hidden_size), ElementsAre(20));
  EXPECT_EQ(test::message_of([&] { parse_config(grids + "> 20\"}", "x.json"); }),
            "x.json: where: \"hidden_size > 20\" keeps no run: none of 2 combinations fulfils it");
  EXPECT_EQ(test::message_of([&] {
              parse_config(R"({"grids": [{"hidden_size": 10}, {"where": "hidden_size > 90"}]})", "x.json");
            }),
            "x.json: grids[1]: where: \"hidden_size > 90\" keeps no run: none of 1 combinations fulfils it");
}

TEST(Grids, OfOneIsTheConfigItself) {
  EXPECT_EQ(parse_config(R"({"grids": [{"seed": [1, 2]}]})", "x.json").effective,
            parse_config(R"({"seed": [1, 2]})", "x.json").effective);
}

TEST(Grids, AKeyOfTheCommandLineIsNotLostInOne) {
  const std::string config = R"({"grids": [{"seed": 1}, {"seed": 2, "hidden_size": [1, 2]}]})";
  EXPECT_EQ(
      test::message_of([&] { parse_config(config, "x.json", std::vector<std::string>{"seed=3"}); }),
      "command line: seed: 3 is replaced by grids[0] of x.json: the command line can replace keys that no "
      "grid sets, or grids as a whole");
  EXPECT_EQ(parse_config(config, "x.json", std::vector<std::string>{"learning_rate=[1,2]"})
                .spaces[1]
                .grid.learning_rate.size(),
            2u);
}

constexpr const char* sampled =
    R"({"learning_rate": {"log_uniform": [0.001, 1]}, "hidden_size": {"int_uniform": [10, 100]},
        "activation": {"choice": ["relu", "tanh"]}, "seed": [1, 2], "weight_decay": [0, 0.1], "samples": )";

TEST(Samples, AreCrossedWithListsAndSeeds) {
  const auto all = runs(std::string(sampled) + "3}");
  ASSERT_EQ(all.size(), 12u);
  for (std::size_t k = 0; k < 3; ++k) {
    const std::vector<RunSpec> sample(all.begin() + static_cast<std::ptrdiff_t>(4 * k),
                                      all.begin() + static_cast<std::ptrdiff_t>(4 * k + 4));
    EXPECT_THAT(sample, Each(Field(&RunSpec::learning_rate, sample[0].learning_rate)));
    EXPECT_THAT(sample, Each(Field(&RunSpec::activation, sample[0].activation)));
    EXPECT_EQ(std::pair(sample[1].weight_decay, sample[1].seed), std::pair(0.0, std::int64_t{2}));
    EXPECT_EQ(std::pair(sample[2].weight_decay, sample[2].seed), std::pair(0.1, std::int64_t{1}));
  }
  EXPECT_NE(all[0].learning_rate, all[4].learning_rate);
}

TEST(Samples, DoNotDependOnTheirNumber) {
  for (const std::string search : {"random", "sobol"}) {
    const std::string end = ", \"search\": \"" + search + "\"}";
    const auto few = runs(sampled + ("5" + end)), many = runs(sampled + ("50" + end));
    ASSERT_GT(many.size(), few.size());
    EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin())) << search;
  }
}

// Worked out in Python, with SciPy's Sobol sequence. A machine, a compiler or a C library that gave others
// would make other runs of the same config.
TEST(Samples, AreTheseEverywhere) {
  EXPECT_THAT(rates(R"({"learning_rate": {"log_uniform": [0.001, 1]}, "samples": 3})"),
              ElementsAre(0.141774, 0.00218551, 0.00229239));
  EXPECT_THAT(rates(R"({"learning_rate": {"log_uniform": [0.001, 1]}, "samples": 3, "search": "sobol"})"),
              ElementsAre(0.00533977, 0.0340657, 0.491272));
  EXPECT_THAT(rates(R"({"learning_rate": {"uniform": [0.001, 1]}, "samples": 3, "search_seed": 2})"),
              ElementsAre(0.392666, 0.0462619, 0.0573765));
}

TEST(Samples, StayWithinTheirRanges) {
  std::set<std::int32_t> sizes;
  std::set<Activation> activations;
  for (const RunSpec& run : runs(std::string(sampled) + "500}")) {
    EXPECT_GE(run.learning_rate, 0.001);
    EXPECT_LE(run.learning_rate, 1);
    sizes.insert(run.hidden_size);
    activations.insert(run.activation);
  }
  EXPECT_EQ(*sizes.begin(), 10);
  EXPECT_EQ(*sizes.rbegin(), 100);
  EXPECT_EQ(activations, (std::set{Activation::relu, Activation::tanh}));
}

TEST(Samples, ThatAreEqualAreOneRun) {
  EXPECT_EQ(runs(R"({"hidden_size": {"int_uniform": [1, 3]}, "samples": 100})").size(), 3u);
}

TEST(Samples, AreChosenByWhere) {
  const auto kept = rates(
      R"({"learning_rate": {"log_uniform": [0.001, 1]}, "samples": 200, "where": "learning_rate >= 0.1"})");
  EXPECT_GT(kept.size(), 40u);
  EXPECT_LT(kept.size(), 95u);
  EXPECT_THAT(kept, Each(testing::Ge(0.1)));
}

TEST(EffectiveConfig, HoldsTheSpace) {
  const std::string text =
      parse_config(R"({"where": "seed < 9", "zip": [["hidden_size", "batch_size"]], "batch_size": [1, 2],
                       "hidden_size": {"range": [3, 4]}, "learning_rate": {"log_uniform": [0.001, 1]},
                       "activation": {"choice": ["relu", "tanh"]}, "search": "sobol", "samples": 5})",
                   "x.json")
          .effective;
  EXPECT_THAT(text, testing::HasSubstr(R"("learning_rate":{"log_uniform":[0.001,1.0]},"batch_size":[1,2],)"
                                       R"("hidden_size":[3,4],)"));
  EXPECT_THAT(text, testing::HasSubstr(R"("activation":{"choice":["relu","tanh"]})"));
  EXPECT_THAT(text,
              testing::HasSubstr(
                  R"("zip":[["hidden_size","batch_size"]],"samples":5,"search":"sobol","search_seed":1,)"
                  R"("where":"seed < 9"})"));
  EXPECT_EQ(parse_config(text, "x.json").effective, text);
}

TEST(EffectiveConfig, HoldsEachGridInFull) {
  const std::string text =
      parse_config(R"({"seed": [1, 2], "grids": [{}, {"optimizer": "momentum"}]})", "x.json").effective;
  EXPECT_THAT(text, testing::HasSubstr(R"("save_weights":false,"grids":[{"learning_rate":[0.1],)"));
  EXPECT_THAT(text, testing::HasSubstr(R"("optimizer":["momentum"],"momentum":[0.9],)"));
  EXPECT_EQ(parse_config(text, "x.json").effective, text);
  EXPECT_EQ(config_differences(text, text).size(), 0u);
}

TEST(Combinations, AreCountedBeforeTheyAreMade) {
  Space space;
  EXPECT_EQ(combinations(space), 1u);
  space.grid.seed.assign(100'000, 1);
  space.grid.hidden_size.assign(100'000, 1);
  EXPECT_EQ(combinations(space), 10'000'000'000u);
  space.grid.learning_rate.assign(100'000, 1);
  space.grid.dropout.assign(100'000, 1);
  EXPECT_EQ(combinations(space), std::numeric_limits<std::size_t>::max());
}

TEST(Combinations, OfAllGridsTogetherAreLimited) {
  const std::string grid = R"({"seed": {"range": [1, 3000]}, "hidden_size": {"range": [1, 2000]}})";
  EXPECT_EQ(test::message_of([&] { parse_config("{\"grids\": [" + grid + ", " + grid + "]}", "x.json"); }),
            "x.json: the grids make more than 10000000 runs, the most of one sweep");
}

}  // namespace
}  // namespace runner
