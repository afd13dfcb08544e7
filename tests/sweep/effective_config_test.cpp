#include "runner/sweep/config.hpp"

#include "sweep/message_of.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string effective(const std::string& text) {
  return parse_config(text, "x.json").effective;
}

std::vector<std::string> differences(const std::string& stored, const std::string& now) {
  return config_differences(effective(stored), effective(now));
}

TEST(EffectiveConfig, FillsInTheDefaultsInAFixedOrder) {
  EXPECT_EQ(
      effective("{}"),
      R"({"name":"x","description":"","dataset":"fashion-mnist","epochs":10,"save_weights":false,)"
      R"("learning_rate":[0.1],"batch_size":[100],"hidden_size":[50],"loss":["cross_entropy"],)"
      R"("sampling":["shuffle"],"gradient":["backpropagation"],"optimizer":["sgd"],"weight_decay":[0.0],)"
      R"("dropout":[0.0],"label_noise":[0.0],"learning_rate_schedule":["constant"],"activation":["sigmoid"],)"
      R"("weight_init":["std"],"weight_init_std":[0.01],"seed":[1]})");
}

TEST(EffectiveConfig, HoldsEveryKeyThatIsSet) {
  EXPECT_EQ(
      effective(
          R"({"seed": [2, 9223372036854775807], "weight_init_std": 1e-5, "gradient": "numerical", "sampling": "with_replacement",
                          "loss": ["mean_squared_error"], "hidden_size": 7, "batch_size": 8, "learning_rate": [1, 0.30],
                          "save_weights": true, "epochs": 3, "test_size": 20, "train_size": 60, "validation_size": 10,
                          "dataset": {"dir": "/no/such/letters"}, "description": "größe", "name": "all"})"),
      R"({"name":"all","description":"größe","dataset":{"dir":"/no/such/letters"},"train_size":60,)"
      R"("validation_size":10,"test_size":20,"epochs":3,"save_weights":true,"learning_rate":[1.0,0.3],"batch_size":[8],)"
      R"("hidden_size":[7],"loss":["mean_squared_error"],"sampling":["with_replacement"],"gradient":["numerical"],)"
      R"("optimizer":["sgd"],"weight_decay":[0.0],"label_noise":[0.0],"learning_rate_schedule":["constant"],)"
      R"("activation":["sigmoid"],"weight_init":["std"],"weight_init_std":[1e-05],"seed":[2,9223372036854775807]})");
}

// An axis that means nothing to the runs is not told, and so the effective config is one that a user may
// have.
TEST(EffectiveConfig, HoldsAnAxisWhereItMeansSomething) {
  const std::string adam = effective(R"({"optimizer": "adam", "beta1": 0.5, "weight_init": "he"})");
  EXPECT_THAT(adam,
              testing::HasSubstr(R"("optimizer":["adam"],"beta1":[0.5],"beta2":[0.999],"epsilon":[1e-07],)"
                                 R"("decoupled_weight_decay":[0.0],"weight_decay":[0.0])"));
  EXPECT_THAT(adam, testing::Not(testing::HasSubstr("weight_init_std")));
  const std::string both = effective(R"({"optimizer": ["sgd", "momentum"], "weight_init": ["std", "he"]})");
  EXPECT_THAT(both, testing::Not(testing::HasSubstr("\"momentum\":")));
  for (const std::string& config : {adam, both}) EXPECT_EQ(effective(config), config);
}

TEST(EffectiveConfig, HoldsTheEpochsOfACosine) {
  EXPECT_THAT(effective(R"({"epochs": 30, "learning_rate_schedule": "cosine"})"),
              testing::HasSubstr(R"("schedule_epochs":[30])"));
  // Also where it means nothing to some of the runs: a stored config tells what its runs are.
  const Config mixed =
      parse_config(R"({"epochs": 30, "learning_rate_schedule": ["constant", "cosine"]})", "x.json");
  const Config longer = with_epochs(mixed, 50);
  EXPECT_EQ(parse_stored_config(longer.effective, "x.json").spaces.at(0).grid.schedule_epochs,
            std::vector{30});
}

// Texts of before there was the key, and those that leave it at its default, stay as they are.
TEST(EffectiveConfig, NamesEvaluateEveryWhereItIsNotOne) {
  EXPECT_EQ(effective(R"({"evaluate_every": 1})"), effective("{}"));
  const std::string text = effective(R"({"evaluate_every": 7})");
  EXPECT_THAT(text, testing::HasSubstr(R"("epochs":10,"evaluate_every":7,"save_weights":false)"));
  EXPECT_EQ(effective(text), text);
  EXPECT_THAT(differences("{}", R"({"evaluate_every": 7})"), ElementsAre("evaluate_every: not set and 7"));
}

TEST(EffectiveConfig, IsItselfAConfig) {
  const std::string all =
      effective(R"({"train_size": 60, "learning_rate": [0.1, 0.30000000000000004, 1e-40]})");
  EXPECT_EQ(effective(all), all);
}

TEST(ConfigDifferences, NoneBetweenEqualConfigs) {
  EXPECT_THAT(differences(R"({"seed": [1, 2]})", R"({"seed": [1, 2], "epochs": 10})"), IsEmpty());
}

TEST(ConfigDifferences, NameBothValues) {
  EXPECT_THAT(differences(R"({"epochs": 10})", R"({"epochs": 20})"), ElementsAre("epochs: 10 and 20"));
}

TEST(ConfigDifferences, OneLineForEachKey) {
  EXPECT_THAT(
      differences(R"({"train_size": 60})", R"({"train_size": 50, "validation_size": 20, "seed": [1, 2]})"),
      ElementsAre("seed: [1] and [1,2]", "train_size: 60 and 50", "validation_size: not set and 20"));
}

TEST(ConfigDifferences, NamesAndDescriptionsAreNotCompared) {
  EXPECT_THAT(differences(R"({"name": "a", "description": "b"})", R"({"name": "c", "description": "d"})"),
              IsEmpty());
}

TEST(ConfigDifferences, SizesThatOneLeavesOutMayBeAllImages) {
  EXPECT_THAT(differences(R"({"train_size": 60})", R"({"test_size": 20})"), IsEmpty());
}

TEST(ConfigDifferences, DataSetsAreComparedByNameAndNotByPath) {
  EXPECT_THAT(differences(R"({"dataset": "mnist"})", R"({"dataset": "fashion-mnist"})"),
              ElementsAre("dataset: \"mnist\" and \"fashion-mnist\""));
  EXPECT_THAT(differences(R"({"dataset": {"dir": "/no/a"}})", R"({"dataset": {"dir": "/no/b"}})"), IsEmpty());
  EXPECT_THAT(differences(R"({"dataset": {"dir": "/no/a"}})", R"({"dataset": "mnist"})"), IsEmpty());
}

TEST(ConfigDifferences, RefuseAStoredTextThatIsNoJson) {
  EXPECT_EQ(test::message_of([] { config_differences("[]", "{}"); }),
            "the config of a results file is not a JSON object");
  EXPECT_EQ(test::message_of([] { config_differences("{", "{}"); }),
            "the config of a results file: line 1, column 2: syntax error: unexpected end of input; "
            "expected string");
}

// As in a file of an earlier version, whose sweeps did not have the axis yet.
TEST(ConfigDifferences, TakeAnAxisThatIsNotSetForItsDefault) {
  std::string earlier = effective("{}");
  const std::string axis = R"("gradient":["backpropagation"],)";
  earlier.erase(earlier.find(axis), axis.size());
  EXPECT_THAT(config_differences(earlier, effective("{}")), testing::IsEmpty());
  EXPECT_THAT(config_differences(earlier, effective(R"({"gradient": "numerical"})")),
              testing::ElementsAre(R"(gradient: ["backpropagation"] and ["numerical"])"));
}

// Earlier versions took two numbers that are one float32 for two values.
TEST(ParseStoredConfig, AcceptsWhatAnEarlierVersionAccepted) {
  const std::string twins = R"({"learning_rate": [0.1, 0.10000000149]})";
  EXPECT_EQ(parse_stored_config(twins, "x.h5").spaces.at(0).grid.learning_rate,
            (std::vector{0.1, 0.10000000149}));
  EXPECT_THAT(test::message_of([&] { parse_config(twins, "x.json"); }), testing::HasSubstr("is given twice"));
  EXPECT_THAT(test::message_of([] { parse_stored_config(R"({"learning_rate": [0.1, 0.1]})", "x.h5"); }),
              testing::HasSubstr("is given twice"));
}

}  // namespace
}  // namespace runner
