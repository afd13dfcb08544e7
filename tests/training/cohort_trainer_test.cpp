#include "runner/training/cohort_trainer.hpp"

#include "runner/compute/parallel.hpp"

#include "support/backends.hpp"
#include "support/tiny_dataset.hpp"
#include "support/weights.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include <gtest/gtest.h>

namespace runner {
namespace {

Backend backend() {
  return make_backend("auto", best_instruction_set());
}

const std::atomic<bool> serial{false};
const std::atomic<bool> parallel{true};

RunSpec spec(double learning_rate, std::int32_t hidden_size, Loss loss = Loss::cross_entropy) {
  RunSpec s;
  s.learning_rate = learning_rate;
  s.hidden_size = hidden_size;
  s.batch_size = 16;
  s.loss = loss;
  s.weight_init_std = 0.1;
  return s;
}

/// All a run leaves behind: its metrics after every epoch, then its weights.
using History = std::vector<float>;

std::vector<History> train(const Dataset& data, const std::vector<RunSpec>& runs, Backend with,
                           int epochs = 3, const std::atomic<bool>& split = serial) {
  CohortTrainer trainer(data, runs, with, split);
  std::vector<History> histories(runs.size());
  std::vector<Metrics> metrics(runs.size());
  for (int epoch = 0; epoch <= epochs; ++epoch) {
    if (epoch > 0) trainer.train_epoch();
    trainer.evaluate(metrics);
    for (std::size_t i = 0; i < runs.size(); ++i)
      for (const float x : {metrics[i][Metric::train_loss], metrics[i][Metric::train_accuracy],
                            metrics[i][Metric::test_loss], metrics[i][Metric::test_accuracy]})
        histories[i].push_back(x);
  }
  for (std::size_t i = 0; i < runs.size(); ++i)
    test::append_weights(weights_of(trainer.weights(i)), histories[i]);
  return histories;
}

bool same_bits(const History& a, const History& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST(MemoryToTrain, IsMoreThanTheWeightsAndNotFarMore) {
  const Dataset data = test::tiny_dataset();
  const std::vector<RunSpec> runs{spec(1.0, 100'000)};
  const double weights =
      static_cast<double>(weights_of(CohortTrainer(data, runs, backend(), serial).weights(0)).bytes());
  const double memory = memory_to_train(runs.front(), data, backend());
  EXPECT_GT(memory, 2 * weights);  // W1 twice, and the hidden layer
  EXPECT_LT(memory, 20 * weights);
}

TEST(MemoryToTrain, TheLargestRunThereCanBeIsNoSmallNumber) {
  Dataset data = test::tiny_dataset();
  data.pixels = max_terms;
  RunSpec largest = spec(1.0, std::numeric_limits<std::int32_t>::max());
  largest.batch_size = max_terms;
  const double memory = memory_to_train(largest, data, backend());
  EXPECT_GT(memory, std::ldexp(1.0, 31 + 22 + 2));
  EXPECT_LT(memory, std::ldexp(1.0, 31 + 22 + 5));
}

TEST(CohortTrainer, LearnsWhatCanBeLearned) {
  const Dataset data = test::tiny_dataset();
  const History h = train(data, {spec(1.0, 8)}, backend(), 40).front();
  EXPECT_NEAR(h[0], std::log(3.0f), 0.1);  // untrained: one in three
  EXPECT_GT(h[40 * 4 + 1], 0.95f);         // train accuracy
  EXPECT_LT(h[40 * 4 + 0], 0.5f * h[0]);   // train loss
}

TEST(CohortTrainer, GivesARunTheSameBitsAloneAndInAnyCohort) {
  const Dataset data = test::tiny_dataset();
  const std::vector<RunSpec> runs{spec(0.1, 5), spec(0.5, 17), spec(0.1, 1, Loss::mean_squared_error),
                                  spec(1.0, 90)};
  const std::vector<History> together = train(data, runs, backend());
  for (std::size_t i = 0; i < runs.size(); ++i)
    EXPECT_TRUE(same_bits(train(data, {runs[i]}, backend()).front(), together[i]));
  const std::vector<History> reversed = train(data, {runs[3], runs[2], runs[1], runs[0]}, backend());
  for (std::size_t i = 0; i < runs.size(); ++i) EXPECT_TRUE(same_bits(reversed[3 - i], together[i]));
}

TEST(CohortTrainer, GivesTheSameBitsWithEveryKernelAndInstructionSet) {
  const Dataset data = test::tiny_dataset();
  const std::vector<RunSpec> runs{spec(0.1, 5), spec(0.5, 70)};
  const std::vector<History> expected = train(data, runs, make_backend("reference", InstructionSet::x86_64));
  for (const test::Code& code : test::usable_code()) {
    const std::vector<History> actual = train(data, runs, make_backend(code.kernel, code.set));
    for (std::size_t i = 0; i < runs.size(); ++i)
      EXPECT_TRUE(same_bits(actual[i], expected[i])) << code.name();
  }
}

TEST(CohortTrainer, GivesTheSameBitsForAnyNumberOfThreads) {
  const Dataset data = test::tiny_dataset(600, 300);
  const std::vector<RunSpec> runs{spec(0.1, 5), spec(0.5, 70)};
  const std::vector<History> expected = train(data, runs, backend());
  for (const std::size_t threads : {1u, 2u, 3u, 8u}) {
    ThreadPool pool(threads);
    pool.execute([&] {
      const std::vector<History> actual = train(data, runs, backend(), 3, parallel);
      for (std::size_t i = 0; i < runs.size(); ++i)
        EXPECT_TRUE(same_bits(actual[i], expected[i])) << threads << " threads";
    });
  }
}

// A learning rate this large makes weights infinite, then NaN.
TEST(CohortTrainer, ReportsALossThatIsNotFinite) {
  const Dataset data = test::tiny_dataset();
  const RunSpec wild = spec(3e38, 5);
  CohortTrainer trainer(data, std::span(&wild, 1), backend(), serial);
  Metrics m;
  trainer.evaluate(std::span(&m, 1));
  EXPECT_TRUE(m.finite());
  for (int epoch = 0; epoch < 3; ++epoch) trainer.train_epoch();
  trainer.evaluate(std::span(&m, 1));
  EXPECT_FALSE(m.finite());
}

TEST(CohortTrainer, KeepsTheBitsOfTheOthersWhenARunIsDropped) {
  const Dataset data = test::tiny_dataset();
  const std::vector<RunSpec> runs{spec(0.1, 5), spec(3e38, 20), spec(0.5, 17)};
  CohortTrainer trainer(data, runs, backend(), serial);
  for (int epoch = 0; epoch < 3; ++epoch) trainer.train_epoch();
  trainer.drop(1);
  ASSERT_EQ(trainer.size(), 2u);
  std::vector<Metrics> metrics(2);
  for (int epoch = 0; epoch < 3; ++epoch) trainer.train_epoch();
  trainer.evaluate(metrics);
  for (const std::size_t i : {0u, 1u}) {
    History dropped, alone = train(data, {runs[2 * i]}, backend(), 6).front();
    test::append_weights(weights_of(trainer.weights(i)), dropped);
    alone.erase(alone.begin(), alone.begin() + 7 * 4);
    EXPECT_TRUE(same_bits(dropped, alone));
    EXPECT_TRUE(metrics[i].finite());
  }
}

TEST(CohortTrainer, GoesOnFromWeightsWithTheSameBits) {
  const Dataset data = test::tiny_dataset();
  const std::vector<RunSpec> runs{spec(0.1, 5), spec(0.5, 17), spec(1.0, 90, Loss::mean_squared_error)};
  CohortTrainer whole(data, runs, backend(), serial);
  for (int epoch = 0; epoch < 2; ++epoch) whole.train_epoch();
  const std::vector<Weights> start{weights_of(whole.weights(2)), weights_of(whole.weights(0))};
  for (int epoch = 2; epoch < 5; ++epoch) whole.train_epoch();

  const std::vector<RunSpec> some{runs[2], runs[0]};
  CohortTrainer rest(data, some, backend(), serial, start, 2);
  EXPECT_EQ(rest.epoch(), 2);
  for (int epoch = 2; epoch < 5; ++epoch) rest.train_epoch();
  EXPECT_EQ(rest.epoch(), 5);
  for (const auto& [i, of_whole] : {std::pair<std::size_t, std::size_t>{0, 2}, {1, 0}}) {
    History a, b;
    test::append_weights(weights_of(rest.weights(i)), a);
    test::append_weights(weights_of(whole.weights(of_whole)), b);
    EXPECT_TRUE(same_bits(a, b));
  }
}

TEST(CohortTrainer, DoesNotDependOnThePixelsItDoesNotUse) {
  Dataset data = test::tiny_dataset();
  const History before = train(data, {spec(0.5, 5)}, backend()).front();
  data.train.pixels.resize(data.train.pixels.size() + 1000, 255);  // beyond the last image
  EXPECT_TRUE(same_bits(train(data, {spec(0.5, 5)}, backend()).front(), before));
}

TEST(CohortTrainer, TrainsImagesOfOnePixelAndBatchesOfOne) {
  const Dataset data = test::tiny_dataset(5, 3, 1, 1, 2);
  RunSpec s = spec(0.5, 1);
  s.batch_size = 1;
  const History fast = train(data, {s}, backend()).front();
  EXPECT_TRUE(same_bits(fast, train(data, {s}, make_backend("reference", InstructionSet::x86_64)).front()));
  EXPECT_TRUE(std::isfinite(fast.back()));
}

TEST(Backend, RefusesAnUnknownKernel) {
  EXPECT_ANY_THROW(make_backend("cuda", InstructionSet::x86_64));
}

}  // namespace
}  // namespace runner
