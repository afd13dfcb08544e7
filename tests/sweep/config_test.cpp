#include "runner/sweep/config.hpp"

#include "support/temporary_directory.hpp"
#include "sweep/message_of.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

using test::message_of;
using testing::ElementsAre;

TEST(ParseConfig, EmptyObjectIsAllDefaults) {
  const Config config = parse_config("{}", "configs/mine.json");
  EXPECT_EQ(config.name, "mine");
  EXPECT_EQ(config.description, "");
  EXPECT_EQ(config.dataset.name, "fashion-mnist");
  EXPECT_TRUE(config.dataset.directory.empty());
  EXPECT_FALSE(config.dataset.train_size || config.dataset.test_size);
  EXPECT_EQ(config.epochs, 10);
  EXPECT_FALSE(config.save_weights);
  EXPECT_THAT(config.spaces.at(0).grid.learning_rate, ElementsAre(0.1));
  EXPECT_THAT(config.spaces.at(0).grid.batch_size, ElementsAre(100));
  EXPECT_THAT(config.spaces.at(0).grid.hidden_size, ElementsAre(50));
  EXPECT_THAT(config.spaces.at(0).grid.loss, ElementsAre(Loss::cross_entropy));
  EXPECT_THAT(config.spaces.at(0).grid.sampling, ElementsAre(Sampling::shuffle));
  EXPECT_THAT(config.spaces.at(0).grid.weight_init_std, ElementsAre(0.01));
  EXPECT_THAT(config.spaces.at(0).grid.seed, ElementsAre(1));
}

TEST(ParseConfig, ReadsEveryKey) {
  const Config config = parse_config(
      R"({"name": "all", "description": "what for", "dataset": "mnist", "train_size": 5000, "validation_size": 1000, "test_size": 400,
          "epochs": 3, "save_weights": true, "learning_rate": [0.5, 1], "batch_size": [10, 5], "hidden_size": 7,
          "loss": ["mean_squared_error", "cross_entropy"], "sampling": "with_replacement",
          "weight_init_std": 0.25, "seed": [9223372036854775807, 0]})",
      "x.json");
  EXPECT_EQ(config.name, "all");
  EXPECT_EQ(config.description, "what for");
  EXPECT_EQ(config.dataset.name, "mnist");
  EXPECT_EQ(config.dataset.train_size, 5000u);
  EXPECT_EQ(config.dataset.validation_size, 1000u);
  EXPECT_EQ(config.dataset.test_size, 400u);
  EXPECT_EQ(config.epochs, 3);
  EXPECT_TRUE(config.save_weights);
  EXPECT_THAT(config.spaces.at(0).grid.learning_rate, ElementsAre(0.5, 1.0));
  EXPECT_THAT(config.spaces.at(0).grid.batch_size, ElementsAre(10, 5));
  EXPECT_THAT(config.spaces.at(0).grid.hidden_size, ElementsAre(7));
  EXPECT_THAT(config.spaces.at(0).grid.loss, ElementsAre(Loss::mean_squared_error, Loss::cross_entropy));
  EXPECT_THAT(config.spaces.at(0).grid.sampling, ElementsAre(Sampling::with_replacement));
  EXPECT_THAT(config.spaces.at(0).grid.weight_init_std, ElementsAre(0.25));
  EXPECT_THAT(config.spaces.at(0).grid.seed, ElementsAre(9223372036854775807, 0));
}

TEST(ParseConfig, KeepsFileAndTextAsTheyAre) {
  const Config config = parse_config("{ \"epochs\":\t2 }\n", "some/where.json");
  EXPECT_EQ(config.file, "some/where.json");
  EXPECT_EQ(config.text, "{ \"epochs\":\t2 }\n");
}

TEST(ParseConfig, TakesCommentsAndCommasAtTheEnd) {
  const std::string text = R"(// größe, [1,]
{
  "epochs": 3, /* , ] " */
  "description": "a // b /* c */ \" // d,]",  // no comment
  "seed": [1, /* two, */ 2, // three
  ],
  "grids": [{"batch_size": 10,}, {"batch_size": 20, /**/ },],
})";
  const Config config = parse_config(text, "x.json");
  EXPECT_EQ(config.text, text);
  EXPECT_EQ(config.epochs, 3);
  EXPECT_EQ(config.description, "a // b /* c */ \" // d,]");
  ASSERT_EQ(config.spaces.size(), 2u);
  EXPECT_THAT(config.spaces[1].grid.seed, ElementsAre(1, 2));
  EXPECT_THAT(config.spaces[1].grid.batch_size, ElementsAre(20));
}

TEST(ParseConfig, SkipsAByteOrderMark) {
  EXPECT_EQ(parse_config("\xEF\xBB\xBF{\"epochs\": 2}", "x.json").epochs, 2);
}

TEST(ParseConfig, IgnoresTheSchemaKey) {
  EXPECT_EQ(parse_config(R"({"$schema": "./sweep.schema.json"})", "x.json").effective,
            parse_config("{}", "x.json").effective);
}

TEST(ParseConfig, RelativeFolderIsRelativeToTheConfigFile) {
  const test::TemporaryDirectory root;
  const auto base = std::filesystem::canonical(root.path());
  std::filesystem::create_directories(base / "data" / "letters");
  std::filesystem::create_directory(base / "configs");
  EXPECT_EQ(parse_config(R"({"dataset": {"dir": "../data/letters/"}})", base / "configs" / "x.json")
                .dataset.directory,
            base / "data" / "letters");
  EXPECT_EQ(parse_config(R"({"dataset": {"dir": "."}})", base / "x.json").dataset.directory, base);
}

TEST(ParseConfig, FolderOfAConfigGivenByARelativePathIsAbsolute) {
  EXPECT_EQ(parse_config(R"({"dataset": {"dir": "letters"}})", "x.json").dataset.directory,
            std::filesystem::current_path() / "letters");
}

TEST(ParseConfig, AbsoluteFolderStays) {
  EXPECT_EQ(parse_config(R"({"dataset": {"dir": "/no/such/letters"}})", "x.json").dataset.directory,
            "/no/such/letters");
}

TEST(ReadConfig, ReadsAFile) {
  const test::TemporaryDirectory folder;
  std::ofstream(folder / "three.json") << R"({"epochs": 3})";
  const Config config = read_config(folder / "three.json");
  EXPECT_EQ(config.epochs, 3);
  EXPECT_EQ(config.name, "three");
  EXPECT_EQ(config.text, R"({"epochs": 3})");
}

TEST(ReadConfig, RefusesAFileThatIsNotThere) {
  EXPECT_EQ(message_of([] { read_config("/no/such.json"); }),
            "/no/such.json: cannot read the config: No such file or directory");
}

TEST(ReadConfig, RefusesAFolder) {
  const test::TemporaryDirectory folder;
  EXPECT_EQ(message_of([&] { read_config(folder.path()); }),
            folder.path().string() + ": cannot read the config: it is a folder");
}

TEST(ReadConfig, TakesAFileOfAMillionBytesAndNoneLarger) {
  const test::TemporaryDirectory folder;
  std::ofstream(folder / "fits.json") << "{}" << std::string(999'998, ' ');
  std::ofstream(folder / "large.json") << "{}" << std::string(999'999, ' ');
  EXPECT_EQ(read_config(folder / "fits.json").text.size(), 1'000'000u);
  EXPECT_EQ(message_of([&] { read_config(folder / "large.json"); }),
            (folder / "large.json").string() + ": the config has more than 1000000 bytes");
}

TEST(Config, RecordsEveryEpochOrSome) {
  EXPECT_EQ(parse_config(R"({"epochs": 20})", "x.json").recorded_epochs(), RecordedEpochs(20));
  const Config some = parse_config(R"({"epochs": 20, "evaluate_every": 7})", "x.json");
  EXPECT_EQ(some.recorded_epochs(), RecordedEpochs(20, 7));
  EXPECT_EQ(with_epochs(some, 40).recorded_epochs(), RecordedEpochs(40, 7));
  EXPECT_EQ(parse_config("{}", "x.json", std::vector<std::string>{"evaluate_every=3"}).evaluate_every, 3);
}

}  // namespace
}  // namespace runner
