#include "runner/sweep/config.hpp"

#include "support/temporary_directory.hpp"
#include "sweep/message_of.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

/// What is wrong with a config, without the "x.json: " in front.
std::string problem(const std::string& text) {
  const std::string message = test::message_of([&] { parse_config(text, "x.json"); });
  EXPECT_EQ(message.rfind("x.json: ", 0), 0u) << message;
  return message.substr(message.find(' ') + 1);
}

TEST(ConfigErrors, SyntaxErrorHasLineAndColumn) {
  EXPECT_EQ(problem("{\n  \"epochs\": 10\n  \"seed\": 1\n}"),
            "line 3, column 8: syntax error: unexpected string; expected ',' or '}'");
  EXPECT_EQ(problem("{\"seed\": [1, 2,,]}"),
            "line 1, column 16: syntax error: unexpected ','; expected a value");
  EXPECT_EQ(problem("{\"epochs\": 1} x"), "line 1, column 15: syntax error: x is not a JSON value");
}

TEST(ConfigErrors, ColumnsCountCharacters) {
  EXPECT_EQ(problem("{\"name\": \"größe\" 1}"),
            "line 1, column 18: syntax error: unexpected number; expected ',' or '}'");
}

TEST(ConfigErrors, EndsTooEarly) {
  EXPECT_EQ(problem("[1,"), "line 1, column 4: syntax error: unexpected end of input; expected a value");
  EXPECT_EQ(problem("{\"epochs\": 1\n"),
            "line 2, column 1: syntax error: unexpected end of input; expected ',' or '}'");
  EXPECT_EQ(problem("{\"name\": \"x"),
            "line 1, column 12: syntax error: invalid string: missing closing quote");
}

TEST(ConfigErrors, NotANumberIsNoJson) {
  EXPECT_EQ(problem("{\"learning_rate\": NaN}"), "line 1, column 19: syntax error: NaN is not a JSON value");
  EXPECT_EQ(problem("{\"learning_rate\": nan}"), "line 1, column 19: syntax error: nan is not a JSON value");
  EXPECT_EQ(problem("{\"learning_rate\":\n[1, -Infinity]}"),
            "line 2, column 5: syntax error: -Infinity is not a JSON value");
}

TEST(ConfigErrors, EmptyFile) {
  for (const std::string empty :
       {"", " \n\t\r\n", "// nothing yet", "/* nothing */ // yet\n", "\xEF\xBB\xBF"})
    EXPECT_EQ(problem(empty), "the file is empty: it should hold a JSON object") << empty;
}

TEST(ConfigErrors, CommentWithoutAnEnd) {
  EXPECT_EQ(problem("{\n  \"epochs\": 1 /* größe /* }"),
            "line 2, column 15: syntax error: the comment is never closed");
  EXPECT_EQ(problem("{\"epochs\": 1} /*/"), "line 1, column 15: syntax error: the comment is never closed");
}

TEST(ConfigErrors, PositionsCountComments) {
  EXPECT_EQ(problem("// größe, [1,]\n{\"epochs\": /* für\nalle */ 1 2}"),
            "line 3, column 11: syntax error: unexpected number; expected ',' or '}'");
  EXPECT_EQ(problem("{\"seed\": [1, /* ü */ x,]}"), "line 1, column 22: syntax error: x is not a JSON value");
  EXPECT_EQ(problem("{\"name\": \"a // b\n\"}"),
            "line 1, column 17: syntax error: invalid string: control character U+000A (LF) must be escaped "
            "to \\u000A or \\n");
}

TEST(ConfigErrors, CommaWithoutAValueBeforeIt) {
  EXPECT_EQ(problem("[,]"), "line 1, column 2: syntax error: unexpected ','; expected a value");
  EXPECT_EQ(problem("{,}"), "line 1, column 2: syntax error: unexpected ','; expected string");
  EXPECT_EQ(problem("{\"seed\":,}"), "line 1, column 9: syntax error: unexpected ','; expected a value");
  EXPECT_EQ(problem("{\"seed\": 1, /* ü */ ,}"),
            "line 1, column 21: syntax error: unexpected ','; expected string");
  EXPECT_EQ(problem("{\"seed\": 1},"),
            "line 1, column 12: syntax error: unexpected ','; expected end of input");
}

TEST(ConfigErrors, FileOfAnotherKindIsNamed) {
  test::TemporaryDirectory folder;
  const auto problem_of = [&](std::string_view content) {
    const std::filesystem::path file = folder.path() / "x.json";
    std::ofstream(file, std::ios::binary) << content;
    const std::string message = test::message_of([&] { read_config(file); });
    EXPECT_EQ(message.rfind(file.string() + ": ", 0), 0u) << message;
    return message.substr(file.string().size() + 2);
  };
  EXPECT_EQ(problem_of(""), "the file is empty: it should hold a JSON object");
  EXPECT_EQ(problem_of("\x89HDF\r\n\x1a\n" + std::string(2'000'000, 'x')),
            "this is a results file (HDF5), and not a config: `runner compare` shows a results file");
  const std::string utf16 = "the config is encoded in UTF-16: save it as UTF-8";
  for (const std::string_view beginning :
       {std::string_view("\xFF\xFE{\0}\0", 6), std::string_view("\xFE\xFF\0{\0}", 6),
        std::string_view("{\0}\0", 4), std::string_view("\0{\0}", 4)})
    EXPECT_EQ(problem_of(beginning), utf16);
  EXPECT_EQ(problem_of("\x1f\x8b\x08"), "the file is compressed by gzip: unpack it with gunzip");
  EXPECT_EQ(problem_of("PK\x03\x04"), "this is a ZIP archive, and not a config");
  EXPECT_EQ(problem_of("\x89PNG\r\n\x1a\n"), "this is a PNG picture, and not a config");
  EXPECT_EQ(problem_of("\x93NUMPY\x01"), "this is a NumPy array, and not a config");
  EXPECT_EQ(problem_of(R"({"cells": [], "nbformat": 4})"), "this is a Jupyter notebook, and not a config");
  EXPECT_EQ(test::message_of([&] { read_config(folder.path()); }),
            folder.path().string() + ": cannot read the config: it is a folder");
}

TEST(ConfigErrors, InvalidUtf8) {
  EXPECT_EQ(problem("{\"name\": \"a\xFF\"}"),
            "line 1, column 12: syntax error: invalid string: ill-formed UTF-8 byte");
}

TEST(ConfigErrors, NothingHidesBehindANulByte) {
  EXPECT_EQ(problem(std::string("{}\n\0{\"epochs\": 0}", 17)),
            "line 2, column 1: syntax error: unexpected NUL byte");
}

TEST(ConfigErrors, DeepNestingIsRefusedAndDoesNotOverflowTheStack) {
  EXPECT_EQ(problem(std::string(100'000, '[')), "lists and objects are nested more than 8 levels deep");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(problem(objects), "lists and objects are nested more than 8 levels deep");
}

TEST(ConfigErrors, DuplicateKey) {
  EXPECT_EQ(problem(R"({"epochs": 1, "seed": 1, "epochs": 1})"), "the key \"epochs\" is given twice");
  EXPECT_EQ(problem(R"({"dataset": {"dir": "a", "dir": "b"}})"), "the key \"dir\" is given twice");
}

TEST(ConfigErrors, NumberTooLargeForADouble) {
  EXPECT_EQ(problem(R"({"epochs": 1, "learning_rate": [0.1, 1e400]})"),
            "learning_rate: 1e400 is out of range: no number that large can be represented");
}

TEST(ConfigErrors, LongNumbersAndWordsAreCutShort) {
  const auto epochs_of = [](char digit) {
    std::string text = "{\"epochs\": ";
    return text.append(100'000, digit).append("}");
  };
  EXPECT_EQ(problem(epochs_of('9')),
            "epochs: " + std::string(80, '9') + "… is out of range: no number that large can be represented");
  EXPECT_EQ(problem(epochs_of('x')),
            "line 1, column 12: syntax error: " + std::string(80, 'x') + "… is not a JSON value");
}

TEST(ConfigErrors, NumbersOfManyDigitsAreNumbers) {
  const std::string zeros(500'000, '0');
  EXPECT_EQ(
      parse_config("{\"learning_rate\": 0.5" + zeros + "}", "x.json").spaces.at(0).grid.learning_rate.at(0),
      0.5);
  EXPECT_THAT(problem("{\"learning_rate\": 0." + zeros + "1}"),
              testing::StartsWith("learning_rate: 0.0 is out"));
  EXPECT_THAT(problem("{\"train_size\": 1" + std::string(30, '0') + "}"),
              testing::StartsWith("train_size: 1e+30 is out of range: an integer from 1 to 2147483647"));
}

TEST(ConfigErrors, NotAnObject) {
  EXPECT_EQ(problem("[1, 2]"), "[1,2] is not a config: a config is a JSON object");
}

TEST(ConfigErrors, UnknownKeySuggestsTheNearest) {
  EXPECT_EQ(problem(R"({"learning_rat": 0.1})"),
            "unknown key \"learning_rat\": did you mean \"learning_rate\"?");
  EXPECT_EQ(problem(R"({"batch": 10})"), "unknown key \"batch\": did you mean \"batch_size\"?");
  EXPECT_EQ(problem(R"({"eopchs": 10})"), "unknown key \"eopchs\": did you mean \"epochs\"?");
  EXPECT_EQ(problem(R"({"dataset": {"dri": "x"}})"),
            "dataset: unknown key \"dri\": the keys are dir, npz, x_train, t_train, x_test, t_test, "
            "csv_train, csv_test, label, standardise");
}

TEST(ConfigErrors, KeyOfOtherProgramsSaysWhatThereIsInstead) {
  EXPECT_EQ(problem(R"({"lr": 0.1})"), "unknown key \"lr\": the key is \"learning_rate\"");
  EXPECT_EQ(problem(R"({"n_epochs": 5})"), "unknown key \"n_epochs\": the key is \"epochs\"");
  EXPECT_EQ(problem(R"({"random_state": 5})"), "unknown key \"random_state\": the key is \"seed\"");
  EXPECT_THAT(problem(R"({"iters_num": 10000})"),
              testing::StartsWith("unknown key \"iters_num\": training is measured in \"epochs\": epochs = "
                                  "iterations * batch_size / train_size"));
  EXPECT_THAT(problem(R"({"validation_split": 0.2})"),
              testing::StartsWith("unknown key \"validation_split\": the key is \"validation_size\""));
  EXPECT_EQ(problem(R"({"N-Jobs": 2})"),
            "unknown key \"N-Jobs\": this is an option and no key of the config: --threads N");
}

TEST(ConfigErrors, KeyOfOtherProgramsSaysThatThereIsNoSuchThing) {
  for (const std::string key : {"batch_norm", "l1", "warmup", "device", "gpu"})
    EXPECT_THAT(problem("{\"" + key + "\": 1}"),
                testing::StartsWith("unknown key \"" + key + "\": there is no "));
  for (const std::string key : {"hidden_layers", "hidden_layer_sizes"})
    EXPECT_THAT(problem("{\"" + key + "\": 1}"),
                testing::StartsWith("unknown key \"" + key + "\": the network has exactly one hidden layer"));
}

TEST(ConfigErrors, KeyOfOtherProgramsNamesTheKeyToWrite) {
  for (const auto& [foreign, key] : {std::pair("solver", "optimizer"),
                                     {"adam", "optimizer"},
                                     {"rho", "decay_rate"},
                                     {"eps", "epsilon"},
                                     {"lr_schedule", "learning_rate_schedule"},
                                     {"T_max", "schedule_epochs"},
                                     {"gamma", "schedule_factor"},
                                     {"nonlinearity", "activation"},
                                     {"l2", "weight_decay"},
                                     {"dropout_ratio", "dropout"},
                                     {"initializer", "weight_init"},
                                     {"patience", "early_stopping"},
                                     {"min_delta", "early_stopping"},
                                     {"n_iter_no_change", "early_stopping"},
                                     {"tol", "early_stopping"},
                                     {"hyperband", "early_stopping"},
                                     {"init_std", "weight_init_std"},
                                     {"noise", "label_noise"}})
    EXPECT_THAT(problem(fmt::format("{{\"{}\": 1}}", foreign)),
                testing::StartsWith(fmt::format("unknown key \"{}\": the key is \"{}\"", foreign, key)));
}

TEST(ConfigErrors, AxisGivenForAWordThatHasNoneNamesBoth) {
  EXPECT_EQ(problem(R"({"momentum": 0.9})"),
            "momentum: 0.9 is given for optimizer \"sgd\", which has no momentum: it goes with optimizer "
            "\"momentum\" or \"nesterov\"");
  EXPECT_EQ(problem(R"({"optimizer": ["adam", "sgd"], "beta1": [0.8, 0.9]})"),
            "beta1: [0.8,0.9] is given for optimizer \"sgd\", which has no beta1: it goes with optimizer "
            "\"adam\"");
  EXPECT_THAT(problem(R"({"optimizer": "momentum", "epsilon": 1e-8})"),
              testing::StartsWith("epsilon: 1e-08 is"));
  EXPECT_THAT(problem(R"({"weight_decay": 0.1, "decoupled_weight_decay": 0.1})"),
              testing::StartsWith("decoupled_weight_decay: 0.1 is given for optimizer \"sgd\""));
  EXPECT_THAT(problem(R"({"weight_init": "he", "weight_init_std": 0.01})"),
              testing::StartsWith("weight_init_std: 0.01 is given for weight_init \"he\""));
  EXPECT_THAT(problem(R"({"schedule_epochs": 3})"),
              testing::StartsWith("schedule_epochs: 3 is given for learning_rate_schedule \"constant\""));
  EXPECT_THAT(problem(R"({"gradient": "numerical", "dropout": 0})"),
              testing::StartsWith("dropout: 0 is given for gradient \"numerical\""));
}

TEST(ConfigErrors, StepsOfAScheduleNeedEpochs) {
  EXPECT_THAT(problem(R"({"learning_rate_schedule": ["constant", "step"]})"),
              testing::StartsWith("learning_rate_schedule: \"step\" needs schedule_epochs"));
}

TEST(ConfigErrors, RangeOfValuesSaysHowAListIsWritten) {
  for (const std::string range : {"1..5", "1-5", "1:5", "range(1, 5)"})
    EXPECT_THAT(
        problem("{\"seed\": \"" + range + "\"}"),
        testing::StartsWith("seed: \"" + range +
                            "\" is a range: write each value, as in [1, 2, 3], or {\"range\": [1, 3]}"));
  EXPECT_EQ(
      problem(R"({"learning_rate": "0.01..0.1"})"),
      "learning_rate: \"0.01..0.1\" is a range: write each value, as in [1, 2, 3], or {\"range\": [1, 3]}");
  EXPECT_THAT(problem(R"({"epochs": "1..5"})"), testing::StartsWith("epochs: \"1..5\" is not an integer"));
  EXPECT_THAT(problem(R"({"seed": "-5"})"), testing::StartsWith("seed: \"-5\" is not an integer"));
}

TEST(ConfigErrors, ValueThatIsWrittenAnotherWayHasAHint) {
  const auto hint = [](const std::string& text) {
    const std::string message = problem("{" + text + ", \"epochs\": 3}");
    const std::size_t at = message.find("; did you mean ");
    return at == std::string::npos ? "no hint" : message.substr(at + 15);
  };
  EXPECT_EQ(problem(R"({"batch_size": [50, 100.0]})"),
            "batch_size: 100.0 is not an integer: an integer from 1 to 4194304; did you mean "
            "\"batch_size\": [50,100]?");
  EXPECT_EQ(hint(R"("learning_rate": "0.1")"), "\"learning_rate\": 0.1?");
  EXPECT_EQ(hint(R"("learning_rate": [0.1, ".2"])"), "\"learning_rate\": [0.1,0.2]?");
  EXPECT_EQ(hint(R"("optimizer": "Adam")"), "\"optimizer\": \"adam\"?");
  EXPECT_EQ(hint(R"("save_weights": "True")"), "\"save_weights\": true?");
  EXPECT_EQ(hint(R"("seed": "1..5")"), "\"seed\": {\"range\":[1,5]}?");
  // Only what the key takes is a hint: what else is wrong with the config does not matter.
  EXPECT_EQ(hint(R"("hidden_size": "10 20", "samples": 5)"), "\"hidden_size\": [10,20]?");
  for (const char* text :
       {R"("seed": "-5")", R"("learning_rate": "0")", R"("train_size": "1,2")", R"("seed": [1, -1])",
        R"("batch_size": 2.5)", R"("optimizer": "Adamm")", R"("loss": "MSE")", R"("name": "a/b")"})
    EXPECT_EQ(hint(text), "no hint") << text;
}

TEST(ConfigErrors, ValueWithinAnotherHasAHint) {
  const auto hint = [](const std::string& text) {
    const std::string message = problem("{" + text + ", \"epochs\": 3}");
    const std::size_t at = message.find("; did you mean ");
    return at == std::string::npos ? "no hint" : message.substr(at + 15);
  };
  EXPECT_EQ(problem(R"({"grids": [{"seed": 1}, {"optimizer": "Adam"}]})"),
            "grids[1]: optimizer: \"Adam\" is not known: \"sgd\" or \"momentum\" or \"nesterov\" or "
            "\"adagrad\" or \"rmsprop\" or \"adam\"; did you mean \"optimizer\": \"adam\"?");
  EXPECT_EQ(hint(R"("seed": 2, "grids": [{"seed": "1-5"}])"), "\"seed\": {\"range\":[1,5]}?");
  EXPECT_EQ(
      problem(R"({"early_stopping": {"patience": "3"}})"),
      "early_stopping: patience: \"3\" is not an integer: an integer from 1 to 1000000000; did you mean "
      "\"patience\": 3?");
  EXPECT_EQ(hint(R"("early_stopping": {"patience": 3, "metric": "Test_Loss"})"),
            "\"metric\": \"test_loss\"?");
  EXPECT_EQ(hint(R"("early_stopping": {"successive_halving": {"eta": 3.0}})"), "\"eta\": 3?");
  EXPECT_EQ(hint(R"("seed": {"range": ["1", "20"]})"), "\"seed\": {\"range\":[1,20]}?");
  EXPECT_EQ(hint(R"("learning_rate": {"log_uniform": "0.1,1"}, "samples": 2)"),
            "\"learning_rate\": {\"log_uniform\":[0.1,1]}?");
  EXPECT_EQ(hint(R"("grids": [{"optimizer": {"choice": ["sgd", "Adam"]}, "samples": 2}])"),
            "\"optimizer\": {\"choice\":[\"sgd\",\"adam\"]}?");
  // What else is wrong there does not matter, and what is wrong in any reading is no hint.
  EXPECT_EQ(hint(R"("grids": [{"seed": "1,2", "samples": 2}])"), "\"seed\": [1,2]?");
  for (const char* text : {R"("grids": [{"seed": "-5"}])", R"("early_stopping": {"patience": "0"})",
                           R"("seed": {"range": ["a", "b"]})"})
    EXPECT_EQ(hint(text), "no hint") << text;
  // In a shell the whole key is written anew.
  const std::string grids = R"(grids=[{"optimizer":"Adam"}])";
  EXPECT_THAT(test::message_of([&] { parse_config("{}", "x.json", {{grids}}); }),
              testing::EndsWith(R"(; did you mean 'grids=[{"optimizer":"adam"}]'?)"));
}

TEST(ConfigErrors, MisspeltGeneratorOrDistributionHasAHint) {
  const auto hint = [](const std::string& text) {
    const std::string message = problem("{" + text + ", \"samples\": 3}");
    const std::size_t at = message.find("; did you mean ");
    return at == std::string::npos ? "no hint" : message.substr(at + 15);
  };
  EXPECT_EQ(hint(R"("learning_rate": {"loguniform": [0.1, 1]})"), R"({"log_uniform": [from, to]}?)");
  EXPECT_EQ(hint(R"("seed": {"rnge": [1, 5]})"), R"({"range": [from, to, step]}?)");
  EXPECT_EQ(hint(R"("hidden_size": {"uniform": [1, 5]})"), R"({"int_uniform": [from, to]}?)");
  EXPECT_EQ(hint(R"("loss": {"choices": ["cross_entropy"]})"), R"({"choice": [value, …]}?)");
  EXPECT_EQ(hint(R"("grids": [{"seed": {"lin_space": [1, 5, 2]}}])"), R"({"linspace": [from, to, count]}?)");
  EXPECT_EQ(hint(R"("seed": {"values": [1, 5]})"), "no hint");
  EXPECT_EQ(hint(R"("seed": {"range": [1, 5], "step": 2})"), "no hint");
}

TEST(ConfigErrors, IntegersOfAGeneratorFit64Bits) {
  EXPECT_EQ(problem(R"({"seed": {"range": [1, 9223372036854775808]}})"),
            "seed: 9223372036854775808 is out of range: an integer up to 9223372036854775807");
  EXPECT_EQ(problem(R"({"seed": {"range": [1, 5, 18446744073709551615]}})"),
            "seed: 18446744073709551615 is out of range: an integer up to 9223372036854775807");
  EXPECT_EQ(problem(R"({"seed": {"linspace": [0, 18446744073709551615, 3]}})"),
            "seed: 18446744073709551615 is out of range: an integer up to 9223372036854775807");
  EXPECT_EQ(
      problem(R"({"seed": {"range": [-9223372036854775808, 9223372036854775807, 9223372036854775807]}})"),
      "seed: -9223372036854775808 is out of range: an integer from 0 to 9223372036854775807");
}

TEST(ConfigErrors, HintIsNotLongerThanALine) {
  std::string seeds = "1";
  for (int seed = 2; seed <= 100; ++seed) seeds += fmt::format(",{}", seed);
  EXPECT_THAT(problem("{\"seed\": \"" + seeds + "\"}"), testing::Not(testing::HasSubstr("did you mean")));
}

TEST(ConfigErrors, ListForAKeyOfOneValueSaysWhichKeysHaveLists) {
  EXPECT_EQ(
      problem(R"({"train_size": [300, 1000]})"),
      fmt::format(
          "train_size: [300,1000] is a list: it takes one value; lists are for {}. For several values of "
          "train_size run the config once for each, with a name of its own, such as 'name=a' "
          "'train_size=…'",
          fmt::join(axis_names(), ", ")));
}

TEST(ConfigErrors, UnknownKeyLikeNoOtherListsThemAll) {
  EXPECT_EQ(problem(R"({"output": "x.h5"})"),
            fmt::format("unknown key \"output\": the keys are name, description, dataset, train_size, "
                        "validation_size, test_size, epochs, evaluate_every, save_weights, save_predictions, "
                        "early_stopping, "
                        "{}, grids, zip, where, samples, "
                        "search, search_seed, $schema",
                        fmt::join(axis_names(), ", ")));
  EXPECT_EQ(problem(R"({"": 1})").substr(0, 36), "unknown key \"\": the keys are name, d");
}

TEST(ConfigErrors, LongKeyIsNotComparedLetterByLetter) {
  const std::string key(900'000, 'x');
  EXPECT_THAT(problem("{\"" + key + "\": 1}"), testing::StartsWith("unknown key \"" + key.substr(0, 79) +
                                                                   "…: the keys are name, description"));
}

TEST(ConfigErrors, WrongTypeNamesValueAndRule) {
  EXPECT_EQ(problem(R"({"epochs": "ten"})"),
            "epochs: \"ten\" is not an integer: an integer from 1 to 1000000000");
  EXPECT_EQ(problem(R"({"batch_size": [50, 100.5]})"),
            "batch_size: 100.5 is not an integer: an integer from 1 to 4194304");
  EXPECT_THAT(
      problem(R"({"epochs": [5, 10]})"),
      testing::StartsWith("epochs: [5,10] is a list: it takes one value; lists are for learning_rate, "));
  EXPECT_EQ(problem(R"({"save_weights": 1})"), "save_weights: 1 is not a boolean: write true or false");
  EXPECT_EQ(problem(R"({"name": 5})"), "name: 5 is not a string: write a text in quotes");
}

TEST(ConfigErrors, OutOfRangeNamesValueAndRule) {
  EXPECT_EQ(problem(R"({"batch_size": 0})"), "batch_size: 0 is out of range: an integer from 1 to 4194304");
  EXPECT_EQ(problem(R"({"seed": [1, -1]})"),
            "seed: -1 is out of range: an integer from 0 to 9223372036854775807");
  EXPECT_EQ(problem(R"({"seed": 9223372036854775808})"),
            "seed: 9223372036854775808 is out of range: an integer from 0 to 9223372036854775807");
  EXPECT_EQ(
      problem(R"({"learning_rate": 1e300})"),
      "learning_rate: 1e+300 is out of range: a number above 0 that is neither 0 nor infinite as float32 "
      "(7.1e-46 to 3.4e+38)");
}

TEST(ConfigErrors, EmptyList) {
  EXPECT_EQ(problem(R"({"seed": []})"), "seed: [] is empty: a list must have at least one value");
}

TEST(ConfigErrors, SameValueTwice) {
  EXPECT_EQ(problem(R"({"learning_rate": [0.1, 0.2, 0.10]})"),
            "learning_rate: 0.1 is given twice: the values of a list must differ");
  EXPECT_EQ(problem(R"({"loss": ["cross_entropy", "cross_entropy"]})"),
            "loss: \"cross_entropy\" is given twice: the values of a list must differ");
}

TEST(ConfigErrors, SameFloat32Twice) {
  EXPECT_EQ(problem(R"({"learning_rate": [0.5, 0.1, 0.10000000149]})"),
            "learning_rate: 0.10000000149 is given twice: 0.1 and 0.10000000149 are both the float32 0.1, "
            "which training uses");
  EXPECT_EQ(problem(R"({"weight_init_std": [0.010000000001, 0.01]})"),
            "weight_init_std: 0.01 is given twice: 0.010000000001 and 0.01 are both the float32 0.01, which "
            "training uses");
}

TEST(ConfigErrors, ObjectThatIsNoGeneratorAndNoDistribution) {
  EXPECT_EQ(
      problem(R"({"learning_rate": {"min": 0.1}})"),
      "learning_rate: {\"min\":0.1} is not known: write a value, a list of values, {\"range\": [from, to, "
      "step]}, {\"linspace\": [from, to, count]}, {\"logspace\": [from, to, count]}, {\"uniform\": "
      "[from, to]}, {\"log_uniform\": [from, to]}, {\"choice\": [value, …]}");
  EXPECT_EQ(
      problem(R"({"loss": {"uniform": [0, 1]}})"),
      "loss: {\"uniform\":[0,1]} is not known: write a value, a list of values, {\"choice\": [value, …]}");
}

TEST(ConfigErrors, Generators) {
  EXPECT_EQ(problem(R"({"seed": {"range": [5, 1]}})"),
            "seed: {\"range\":[5,1]} has no values: from must be at most to, and step above 0");
  EXPECT_EQ(problem(R"({"seed": {"range": [1, 2.5]}})"),
            "seed: {\"range\":[1,2.5]} is not valid: write {\"range\": [from, to, step]}, with integers");
  EXPECT_EQ(problem(R"({"weight_decay": {"logspace": [0, 1, 3]}})"),
            "weight_decay: {\"logspace\":[0,1,3]} begins at 0: a logarithmic scale must begin above 0");
  EXPECT_EQ(problem(R"({"seed": {"range": [1, 10000001]}})"),
            "seed: {\"range\":[1,10000001]} makes more than 10000000 values: no sweep may have more runs");
  EXPECT_EQ(
      problem(R"({"hidden_size": {"linspace": [1, 2, 3]}})"),
      "hidden_size: {\"linspace\":[1,2,3]} gives 2 twice: the values of a list must differ; ask for fewer");
}

TEST(ConfigErrors, Distributions) {
  EXPECT_EQ(problem(R"({"learning_rate": {"log_uniform": [0, 1]}, "samples": 3})"),
            "learning_rate: {\"log_uniform\":[0,1]} begins at 0: a logarithmic scale must begin above 0");
  EXPECT_EQ(problem(R"({"dropout": {"uniform": [0, 1]}, "samples": 3})"),
            "dropout: 1 is out of range: a number from 0, below 1");
  EXPECT_EQ(
      problem(R"({"dropout": {"uniform": [0, 0.5]}})"),
      "dropout: {\"uniform\":[0,0.5]} is drawn, but samples is missing: say how often it is drawn, such as "
      "\"samples\": 20");
  EXPECT_EQ(problem(R"({"samples": 3})"),
            "samples: 3 is given, but nothing is drawn: a key is drawn by a distribution, such as "
            "\"learning_rate\": {\"log_uniform\": [0.01, 1]}");
}

TEST(ConfigErrors, Zip) {
  EXPECT_EQ(
      problem(R"({"learning_rate": [0.1, 0.2], "seed": [1, 2, 3], "zip": [["learning_rate", "seed"]]})"),
      "zip: [\"learning_rate\",\"seed\"] has 2 of learning_rate and 3 of seed: lists that are walked "
      "together must have the same length");
  EXPECT_EQ(problem(R"({"zip": ["learning_rate", "seed"]})"),
            "zip: [\"learning_rate\",\"seed\"] is not a list of groups: write groups of keys, such as "
            "[[\"learning_rate\", \"batch_size\"]]");
  EXPECT_EQ(problem(R"({"zip": [["seed", "batch"]]})"),
            "zip: \"batch\" is not a key with a list: did you mean \"batch_size\"?");
}

TEST(ConfigErrors, Where) {
  EXPECT_EQ(problem(R"({"where": "hidden > 3"})"),
            "where: \"hidden > 3\" is not a valid condition: at position 1: unknown name \"hidden\": did you "
            "mean \"hidden_size\"?");
  EXPECT_EQ(problem(R"({"hidden_size": [10, 20], "where": "hidden_size > 20"})"),
            "where: \"hidden_size > 20\" keeps no run: none of 2 combinations fulfils it");
}

TEST(ConfigErrors, GridsNameTheGrid) {
  EXPECT_EQ(problem(R"({"grids": [{}, {"batch_size": 0}]})"),
            "grids[1]: batch_size: 0 is out of range: an integer from 1 to 4194304");
  EXPECT_EQ(problem(R"({"epochs": 3, "grids": [{"epochs": 4}]})"),
            "grids[0]: \"epochs\" is not a key of a grid: write it beside grids");
  EXPECT_EQ(problem(R"({"grids": [{"epochs": 4}]})"),
            "grids[0]: \"epochs\" is not a key of a grid: write it beside grids");
  EXPECT_EQ(problem(R"({"grids": [{"lr": 4}]})"),
            "grids[0]: unknown key \"lr\": the key is \"learning_rate\"");
  EXPECT_EQ(problem(R"({"grids": [{"optimizer": "sgd", "momentum": 0.5}]})"),
            "grids[0]: momentum: 0.5 is given for optimizer \"sgd\", which has no momentum: it goes with "
            "optimizer \"momentum\" or \"nesterov\"");
}

TEST(ConfigErrors, NameThatIsNoFileName) {
  EXPECT_EQ(problem(R"({"name": "a/b"})"),
            "name: \"a/b\" is not a plain file name: 1 to 200 bytes of UTF-8 without slashes and "
            "invisible characters, not \".\" or \"..\"");
}

TEST(ConfigErrors, NameThatLeadsElsewhere) {
  for (const std::string name : {"../../x", "..", ".", "/x", "a\\u0000b", "a\\u007fb", "a\\u009bb",
                                 "a\\u202eb", "a\\u2028b", "a\\u200bb"})
    EXPECT_THAT(problem("{\"name\": \"" + name + "\"}"), testing::HasSubstr("is not a plain file name"))
        << name;
  EXPECT_THAT(problem("{\"name\": \"" + std::string(900'000, 'n') + "\"}"),
              testing::HasSubstr("n… is not a plain file name: 1 to 200 bytes"));
}

TEST(ConfigErrors, NameFromAFileWhoseStemIsNoName) {
  EXPECT_EQ(test::message_of([] { parse_config("{}", std::string("\xFF.json")); }),
            "\xFF.json: name: \"\xEF\xBF\xBD\" is not a plain file name: 1 to 200 bytes of UTF-8 without "
            "slashes and invisible characters, not \".\" or \"..\"");
}

const std::string dataset_forms =
    R"({"dir": "…"} with a folder of IDX files, {"npz": "…"}, {"x_train": "…", "t_train": "…", "x_test": "…", "t_test": "…"}, {"csv_train": "…", "csv_test": "…", "label": "…"})";

TEST(ConfigErrors, UnknownNames) {
  EXPECT_EQ(problem(R"({"loss": "mse"})"),
            "loss: \"mse\" is not known: \"cross_entropy\" or \"mean_squared_error\"");
  EXPECT_EQ(problem(R"({"dataset": "cifar"})"),
            "dataset: \"cifar\" is not known: \"fashion-mnist\", \"mnist\", " + dataset_forms);
}

TEST(ConfigErrors, FilesOfADataSet) {
  EXPECT_EQ(problem(R"({"dataset": {}})"), "dataset: {} names no files: " + dataset_forms);
  EXPECT_EQ(problem(R"({"dataset": {"standardise": true}})"),
            "dataset: {\"standardise\":true} names no files: " + dataset_forms);
  EXPECT_EQ(problem(R"({"dataset": {"npz": 7}})"),
            "dataset: npz: 7 is not a path: write the path of a file in quotes");
  EXPECT_EQ(problem(R"({"dataset": {"dir": ""}})"),
            "dataset: dir: \"\" is not a path: write the path of a folder in quotes");
  EXPECT_EQ(problem(R"({"dataset": {"x_train": "x.npy", "x_test": "y.npy", "t_test": "t.npy"}})"),
            "dataset: t_train is missing beside x_train: "
            R"({"x_train": "…", "t_train": "…", "x_test": "…", "t_test": "…"})");
  EXPECT_EQ(problem(R"({"dataset": {"npz": "d.npz", "x_train": "x.npy"}})"),
            "dataset: npz and x_train belong to different forms: give one of " + dataset_forms);
  EXPECT_EQ(problem(R"({"dataset": {"npz": "d.npz", "standardise": 1}})"),
            "dataset: standardise: 1 is not a boolean: write true or false");
  EXPECT_EQ(problem(R"({"dataset": {"npz": "d.npz", "standardize": true}})"),
            "dataset: unknown key \"standardize\": did you mean \"standardise\"?");
}

TEST(ConfigErrors, FolderWhosePathIsTooLongForTheSystem) {
  EXPECT_THAT(problem(R"({"dataset": {"dir": ")" + std::string(4096, 'd') + "\"}}"),
              testing::HasSubstr("is not a path: write the path of a folder in quotes"));
  EXPECT_EQ(parse_config(R"({"dataset": {"dir": ")" + std::string(4095, 'd') + "\"}}", "/x.json").name, "x");
}

TEST(ConfigErrors, ARelativeFolderInACurrentFolderThatIsGone) {
  const std::filesystem::path before = std::filesystem::current_path();
  const test::TemporaryDirectory folder;
  std::filesystem::create_directory(folder / "gone");
  std::filesystem::current_path(folder / "gone");
  std::filesystem::remove(folder / "gone");
  const std::string message = problem(R"({"dataset": {"dir": "data"}})");
  std::filesystem::current_path(before);
  EXPECT_EQ(
      message,
      "dataset: cannot find the current folder, which \"data\" is relative to: No such file or directory");
}

TEST(ConfigErrors, LongValuesAreCutShort) {
  EXPECT_EQ(
      problem(R"({"loss": ")" + std::string(1000, 'x') + "\"}"),
      "loss: \"" + std::string(79, 'x') + "… is not known: \"cross_entropy\" or \"mean_squared_error\"");
}

TEST(ConfigErrors, LongListInAScalarsPlaceIsCutShort) {
  std::string list = "[1";
  for (int i = 1; i < 400'000; ++i) list += ",1";
  EXPECT_THAT(problem("{\"epochs\": " + list + "]}"),
              testing::HasSubstr("… (400000 values) is a list: it takes one value; lists are for "));
}

TEST(ConfigErrors, LargerThanAConfigFileMayBe) {
  const test::TemporaryDirectory folder;
  const std::filesystem::path file = folder / "x.json";
  const std::string spaces(max_config_bytes - 2, ' ');
  std::ofstream(file) << "{" << spaces << "}";
  EXPECT_EQ(read_config(file).epochs, 10);
  std::ofstream(file) << "{ " << spaces << "}";
  EXPECT_EQ(test::message_of([&] { read_config(file); }),
            file.string() + ": the config has more than 1000000 bytes");
}

// It is read again when files are merged.
TEST(ConfigErrors, AnEffectiveConfigMayBeLongerThanAFile) {
  std::string rates = "[1";
  for (int i = 2; i <= 150'000; ++i) rates += "," + std::to_string(i);
  const Config config = parse_config("{\"learning_rate\": " + rates + "]}", "x.json");
  ASSERT_GT(config.effective.size(), max_config_bytes);
  EXPECT_EQ(parse_config(config.effective, "x.json").effective, config.effective);
}

TEST(ConfigErrors, FirstErrorInTheOrderOfTheKeysIsTheOneReported) {
  EXPECT_EQ(problem(R"({"seed": -1, "epochs": 0})"),
            "epochs: 0 is out of range: an integer from 1 to 1000000000");
}

/// "[1,2,3]"
std::string list(int count) {
  std::string text = "[1";
  for (int i = 2; i <= count; ++i) text.append(",").append(std::to_string(i));
  return text.append("]");
}

TEST(ConfigErrors, TooManyRuns) {
  const std::string thousands = "{\"hidden_size\": " + list(1000) + ", \"seed\": " + list(10'000);
  EXPECT_EQ(parse_config(thousands + "}", "x.json").spaces.at(0).grid.seed.size(), 10'000u);
  EXPECT_EQ(problem(thousands + ", \"sampling\": [\"shuffle\", \"with_replacement\"]}"),
            "the lists make more than 10000000 runs, the most of one sweep");
}

TEST(ConfigErrors, NumberOfRunsDoesNotWrapAround) {
  // 2^64 runs: 2^13 · 2^13 · 2^13 · 2^13 · 2^12
  const std::string many = list(8192);
  EXPECT_EQ(problem("{\"learning_rate\": " + many + ", \"batch_size\": " + many + ", \"hidden_size\": " +
                    many + ", \"weight_init_std\": " + many + ", \"seed\": " + list(4096) + "}"),
            "the lists make more than 10000000 runs, the most of one sweep");
}

}  // namespace
}  // namespace runner
