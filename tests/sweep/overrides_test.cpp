#include "runner/sweep/config.hpp"

#include "sweep/message_of.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using testing::ElementsAre;

Config with(const std::vector<std::string>& overrides, const std::string& text = "{}") {
  return parse_config(text, "configs/x.json", overrides);
}

std::string problem(const std::vector<std::string>& overrides, const std::string& text = "{}") {
  return test::message_of([&] { with(overrides, text); });
}

TEST(Overrides, ReplaceTheValueOfTheFile) {
  EXPECT_EQ(with({"epochs=20"}, R"({"epochs": 5, "seed": 7})").epochs, 20);
  EXPECT_THAT(with({"epochs=20"}, R"({"epochs": 5, "seed": 7})").spaces.at(0).grid.seed, ElementsAre(7));
  EXPECT_THAT(with({"learning_rate=[0.1,0.5]"}).spaces.at(0).grid.learning_rate, ElementsAre(0.1, 0.5));
  EXPECT_TRUE(with({"save_weights=true"}).save_weights);
}

TEST(Overrides, NoneLeaveTheConfigAsItIs) {
  EXPECT_EQ(with({}, R"({"epochs": 5})").effective,
            parse_config(R"({"epochs": 5})", "configs/x.json").effective);
}

TEST(Overrides, AreInTheEffectiveConfigAndNotInTheText) {
  const Config config = with({"epochs=20"}, R"({"epochs": 5})");
  EXPECT_EQ(config.text, R"({"epochs": 5})");
  EXPECT_NE(config.effective.find("\"epochs\":20"), std::string::npos) << config.effective;
}

TEST(Overrides, ValueThatIsNoJsonIsText) {
  EXPECT_THAT(with({"loss=mean_squared_error"}).spaces.at(0).grid.loss,
              ElementsAre(Loss::mean_squared_error));
  EXPECT_EQ(with({"dataset=mnist"}).dataset.name, "mnist");
  EXPECT_EQ(with({"description=[draft] a = b"}).description, "[draft] a = b");
  EXPECT_EQ(with({"description="}).description, "");
  EXPECT_EQ(with({"name=\"quoted\""}).name, "quoted");
}

TEST(Overrides, DeepNestingIsRefused) {
  const std::string brackets(100'000, '[');
  EXPECT_EQ(problem({"seed=" + brackets}),
            "command line: seed: lists and objects are nested more than 8 levels deep");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(problem({"dataset=" + objects}),
            "command line: dataset: lists and objects are nested more than 8 levels deep");
}

TEST(Overrides, ErrorsNameTheCommandLine) {
  EXPECT_EQ(problem({"batch_size=0"}),
            "command line: batch_size: 0 is out of range: an integer from 1 to 4194304");
  EXPECT_EQ(problem({"epochs=ten"}),
            "command line: epochs: \"ten\" is not an integer: an integer from 1 to 1000000000");
  EXPECT_EQ(problem({"learning_rate=1e400"}),
            "command line: learning_rate: 1e400 is out of range: no number that large can be represented");
  EXPECT_EQ(problem({R"(dataset={"dir":"a","dir":"b"})"}),
            "command line: dataset: the key \"dir\" is given twice");
}

TEST(Overrides, ValueThatIsWrittenAnotherWayHasAHint) {
  EXPECT_EQ(problem({"seed=1,2,3"}),
            "command line: seed: \"1,2,3\" is not an integer: an integer from 0 to 9223372036854775807; did "
            "you mean 'seed=[1,2,3]'?");
  for (const auto& [given, meant] : {std::pair("learning_rate=.1", "learning_rate=0.1"),
                                     {"learning_rate=.1,.2", "'learning_rate=[0.1,0.2]'"},
                                     {"learning_rate=[.1, +2e-1]", "'learning_rate=[0.1,0.2]'"},
                                     {"seed=1-5", "'seed={\"range\":[1,5]}'"},
                                     {"seed=1:5", "'seed={\"range\":[1,5]}'"},
                                     {"seed=(1, 2)", "'seed=[1,2]'"},
                                     {"hidden_size=[10 20]", "'hidden_size=[10,20]'"},
                                     {"epochs=1e1", "epochs=10"},
                                     {"optimizer=Adam", "optimizer=adam"},
                                     {"optimizer=[sgd, 'Adam']", "'optimizer=[\"sgd\",\"adam\"]'"},
                                     {"loss=Cross-Entropy", "loss=cross_entropy"},
                                     {"dataset=Fashion_MNIST", "dataset=fashion-mnist"},
                                     {"save_weights=True", "save_weights=true"}})
    EXPECT_THAT(problem({given}), testing::EndsWith(fmt::format("; did you mean {}?", meant))) << given;
  for (const char* given : {"epochs=[1,2]", "epochs=1-5", "seed=range(1,5)", "learning_rate=0..1",
                            "learning_rate=", "learning_rate=[]", "learning_rate=inf", "seed=[1,,x]"})
    EXPECT_THAT(problem({given}), testing::Not(testing::HasSubstr("did you mean"))) << given;
}

TEST(Overrides, AreStrictJson) {
  EXPECT_EQ(with({"description=5 // five"}).description, "5 // five");
  EXPECT_EQ(problem({"seed=[1,]"}),
            "command line: seed: \"[1,]\" is not an integer: an integer from 0 to 9223372036854775807; did "
            "you mean 'seed=[1]'?");
}

TEST(Overrides, UnknownKeySuggestsTheNearest) {
  EXPECT_EQ(problem({"epoch=3"}), "command line: unknown key \"epoch\": did you mean \"epochs\"?");
  EXPECT_EQ(problem({"epochs =3"}), "command line: unknown key \"epochs \": did you mean \"epochs\"?");
}

TEST(Overrides, AreKeyAndValue) {
  EXPECT_EQ(problem({"epochs"}),
            "command line: \"epochs\" is not an override: write key=value, such as epochs=20");
  EXPECT_EQ(
      problem({"description=\xFF"}),
      "command line: \"description=\xEF\xBF\xBD\" is not an override: write key=value, such as epochs=20");
}

TEST(Overrides, OneKeyTwiceIsAnError) {
  EXPECT_EQ(problem({"epochs=3", "seed=1", "epochs=3"}), "command line: epochs is given twice");
}

TEST(Overrides, DoNotExcuseABrokenFile) {
  EXPECT_EQ(problem({"epochs=3"}, "{"),
            "configs/x.json: line 1, column 2: syntax error: unexpected end of input; "
            "expected string");
}

TEST(Overrides, RelativeFolderIsRelativeToTheCurrentDirectory) {
  EXPECT_EQ(with({R"(dataset={"dir":"letters"})"}).dataset.directory,
            std::filesystem::current_path() / "letters");
}

}  // namespace
}  // namespace runner
