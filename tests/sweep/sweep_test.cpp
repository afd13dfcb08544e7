#include "runner/sweep/sweep.hpp"

#include "runner/data/sha256.hpp"

#include "support/tiny_dataset.hpp"
#include "sweep/message_of.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace runner {
namespace {

Sweep sweep_of(const std::string& text) {
  return expand(parse_config(text, "x.json"), test::tiny_dataset());
}

TEST(Expand, OneRunOfDefaults) {
  const Sweep sweep = sweep_of(R"({"batch_size": 10})");
  ASSERT_EQ(sweep.runs.size(), 1u);
  EXPECT_EQ(sweep.runs[0].spec, (RunSpec{.learning_rate = 0.1,
                                         .batch_size = 10,
                                         .hidden_size = 50,
                                         .loss = Loss::cross_entropy,
                                         .sampling = Sampling::shuffle,
                                         .gradient = Gradient::backpropagation,
                                         .weight_init_std = 0.01,
                                         .seed = 1}));
  EXPECT_EQ(sweep.runs[0].digest, run_digest(sweep.runs[0].spec, test::tiny_dataset()));
  EXPECT_EQ(sweep.config.name, "x");
}

TEST(Expand, LastAxisRunsFastest) {
  const Sweep sweep = sweep_of(R"({"learning_rate": [0.1, 0.2], "batch_size": [10, 20], "seed": [1, 2]})");
  ASSERT_EQ(sweep.runs.size(), 8u);
  const auto is = [&](std::size_t run, double learning_rate, int batch_size, int seed) {
    const RunSpec& spec = sweep.runs[run].spec;
    return spec.learning_rate == learning_rate && spec.batch_size == batch_size && spec.seed == seed;
  };
  EXPECT_TRUE(is(0, 0.1, 10, 1));
  EXPECT_TRUE(is(1, 0.1, 10, 2));
  EXPECT_TRUE(is(2, 0.1, 20, 1));
  EXPECT_TRUE(is(4, 0.2, 10, 1));
  EXPECT_TRUE(is(7, 0.2, 20, 2));
}

TEST(Expand, AxesStandInTheirOrder) {
  const Sweep sweep = sweep_of(R"({"batch_size": 10, "hidden_size": [1, 2],
      "loss": ["cross_entropy", "mean_squared_error"], "sampling": ["shuffle", "with_replacement"],
      "weight_init_std": [0.1, 0.2]})");
  ASSERT_EQ(sweep.runs.size(), 16u);
  EXPECT_EQ(sweep.runs[1].spec.weight_init_std, 0.2);
  EXPECT_EQ(sweep.runs[2].spec.sampling, Sampling::with_replacement);
  EXPECT_EQ(sweep.runs[4].spec.loss, Loss::mean_squared_error);
  EXPECT_EQ(sweep.runs[8].spec.hidden_size, 2);
}

TEST(Expand, BatchMayBeTheWholeTrainingSetAndNotMore) {
  EXPECT_EQ(sweep_of(R"({"batch_size": 60})").runs.size(), 1u);
  EXPECT_EQ(test::message_of([] { sweep_of(R"({"batch_size": [10, 61]})"); }),
            "x.json: batch_size: 61 is out of range: at most the 60 images of the training set");
}

TEST(RunDigest, IsThisLiteral) {
  // printf 'arithmetic_version=2\ntrain_images=aaa…' | sha256sum: the text that run_digest's source shows.
  const RunSpec spec{.learning_rate = 0.1,
                     .batch_size = 100,
                     .hidden_size = 50,
                     .loss = Loss::cross_entropy,
                     .sampling = Sampling::shuffle,
                     .gradient = Gradient::backpropagation,
                     .weight_init_std = 0.01,
                     .seed = 1};
  EXPECT_EQ(run_digest(spec, test::tiny_dataset()), "d7045491eed4d42ce4825b4fd621489a");
  const RunSpec other{.learning_rate = 1.5,
                      .batch_size = 7,
                      .hidden_size = 13,
                      .loss = Loss::mean_squared_error,
                      .sampling = Sampling::with_replacement,
                      .gradient = Gradient::numerical,
                      .weight_init_std = 1e-5,
                      .seed = 9223372036854775807};
  EXPECT_EQ(run_digest(other, test::tiny_dataset()), "8b7114ced14a088cb0cd3a29ecca8aa9");
}

TEST(RunDigest, IsOfTheDocumentedText) {
  const auto file = [](char c) { return std::string(64, c); };
  const std::string text = "arithmetic_version=2\ntrain_images=" + file('a') + "\ntrain_labels=" + file('b') +
                           "\ntest_images=" + file('c') + "\ntest_labels=" + file('d') +
                           "\ntrain_size=60\ntest_size=20\nlearning_rate=3fb999999999999a\nbatch_size=100\n"
                           "hidden_size=50\nloss=cross_entropy\nsampling=shuffle\ngradient="
                           "backpropagation\nweight_init_std=3f847ae147ae147b\n"
                           "seed=1\n";
  EXPECT_EQ(run_digest(RunSpec{}, test::tiny_dataset()), sha256_hex(text).substr(0, 32));
}

TEST(RunDigest, DiffersForEveryAxis) {
  const std::string base = run_digest({}, test::tiny_dataset());
  std::set<std::string> digests{base};
  RunSpec spec;
  digests.insert(run_digest(spec = {.learning_rate = 0.1000000000000001}, test::tiny_dataset()));
  digests.insert(run_digest(spec = {.batch_size = 101}, test::tiny_dataset()));
  digests.insert(run_digest(spec = {.hidden_size = 51}, test::tiny_dataset()));
  digests.insert(run_digest(spec = {.loss = Loss::mean_squared_error}, test::tiny_dataset()));
  digests.insert(run_digest(spec = {.sampling = Sampling::with_replacement}, test::tiny_dataset()));
  digests.insert(run_digest(spec = {.gradient = Gradient::numerical}, test::tiny_dataset()));
  digests.insert(run_digest(spec = {.weight_init_std = 0.02}, test::tiny_dataset()));
  digests.insert(run_digest(spec = {.seed = 2}, test::tiny_dataset()));
  EXPECT_EQ(digests.size(), 9u);
}

TEST(RunDigest, DiffersForOtherDataAndSizes) {
  std::set<std::string> digests{run_digest({}, test::tiny_dataset()), run_digest({}, test::tiny_dataset(59)),
                                run_digest({}, test::tiny_dataset(60, 19))};
  for (std::size_t f = 0; f < 4; ++f) {
    Dataset data = test::tiny_dataset();
    data.files[f].sha256[0] = 'f';
    digests.insert(run_digest({}, data));
  }
  Dataset validated = test::tiny_dataset();
  validated.validation.count = 10;
  digests.insert(run_digest({}, validated));
  EXPECT_EQ(digests.size(), 8u);
}

TEST(RunDigest, IsTheSameWhereverTheDataLies) {
  Dataset data = test::tiny_dataset();
  data.name = "other";
  data.directory = "/elsewhere";
  for (DatasetFile& file : data.files) file.path = "/elsewhere/file.gz";
  EXPECT_EQ(run_digest({}, data), run_digest({}, test::tiny_dataset()));
}

TEST(RunDigest, DoesNotDependOnWhatIsNotTheRuns) {
  EXPECT_EQ(sweep_of(R"({"batch_size": 10, "name": "a", "epochs": 3, "save_weights": true})").runs[0].digest,
            sweep_of(R"({"batch_size": [20, 10], "description": "b"})").runs[1].digest);
}

// A run's numbers do not depend on which of them are measured.
TEST(Expand, GivesRunsTheSameDigestsHoweverOftenTheyAreEvaluated) {
  EXPECT_EQ(sweep_of(R"({"batch_size": 10})").runs[0].digest,
            sweep_of(R"({"batch_size": 10, "evaluate_every": 7})").runs[0].digest);
}

/// Of data with so many test images, and 2 × 2 pixels in 3 classes.
bool keeps_predictions(const std::string& text, std::size_t test_size) {
  DatasetFacts data = test::tiny_dataset();
  data.test_size = test_size;
  data.pixels = 4;
  return expand(parse_config(text, "x.json"), data).save_predictions;
}

TEST(Expand, KeepsPredictionsAsTheConfigSays) {
  EXPECT_TRUE(keeps_predictions(R"({"batch_size": 10, "save_predictions": true})", 20'000'000));
  EXPECT_FALSE(keeps_predictions(R"({"batch_size": 10, "save_predictions": false})", 1));
}

TEST(Expand, KeepsPredictionsWhereThoseOfAllRunsAreFew) {
  EXPECT_TRUE(keeps_predictions(R"({"batch_size": 10, "seed": [1, 2]})", 5'000'000));
  EXPECT_FALSE(keeps_predictions(R"({"batch_size": 10, "seed": [1, 2]})", 5'000'001));
}

// A run has 1 + 10 epochs × 4 metrics of 4 bytes; and with 2 hidden units 19 weights before and after
// training.
TEST(Expand, KeepsPredictionsWhereTheyAreNoMoreThanTheOtherNumbersOfARun) {
  const std::string runs = R"({"batch_size": 10, "hidden_size": [1, 2], "seed": {"range": [1, 30000]})";
  EXPECT_TRUE(keeps_predictions(runs + "}", 176));
  EXPECT_FALSE(keeps_predictions(runs + "}", 177));
  EXPECT_TRUE(keeps_predictions(runs + R"(, "save_weights": true})", 176 + 2 * 4 * 19));
  EXPECT_FALSE(keeps_predictions(runs + R"(, "save_weights": true})", 177 + 2 * 4 * 19));
  EXPECT_TRUE(keeps_predictions(runs + R"(, "validation_size": 5})", 176));
  EXPECT_FALSE(keeps_predictions(runs + R"(, "evaluate_every": 5})", 176));
}

}  // namespace
}  // namespace runner
