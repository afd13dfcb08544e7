#include "runner/training/cohort_trainer.hpp"

#include "runner/compute/parallel.hpp"

#include "support/backends.hpp"
#include "support/tiny_dataset.hpp"
#include "support/weights.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <tuple>

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

/// A run for every way to train that is not plain gradient descent of a sigmoid network.
std::vector<RunSpec> all_ways() {
  std::vector<RunSpec> runs;
  const auto add = [&](const auto& set) {
    RunSpec run = spec(0.05, static_cast<std::int32_t>(3 + 7 * runs.size() % 40));
    set(run);
    runs.push_back(run);
  };
  for (std::size_t i = 1; i < enumerator_names<Optimizer>.size(); ++i)
    add([&](RunSpec& run) { run.optimizer = static_cast<Optimizer>(i); });
  add([](RunSpec& run) { run.weight_decay = 0.1; });
  add([](RunSpec& run) { run.dropout = 0.4; });
  add([](RunSpec& run) { run.learning_rate_schedule = LearningRateSchedule::cosine; });
  add([](RunSpec& run) {
    run.learning_rate_schedule = LearningRateSchedule::step;
    run.schedule_epochs = 1;
  });
  add([](RunSpec& run) { run.weight_init = WeightInit::xavier; });
  add([](RunSpec& run) { run.weight_init = WeightInit::he; });
  add([](RunSpec& run) {
    run.optimizer = Optimizer::adam;
    run.decoupled_weight_decay = 0.3;
    run.weight_decay = 0.01;
    run.dropout = 0.1;
    run.loss = Loss::mean_squared_error;
  });
  return runs;
}

/// All a run leaves behind: its metrics after every epoch, then its weights and moments.
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
  for (std::size_t i = 0; i < runs.size(); ++i) test::append_state(trainer.state(i), histories[i]);
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

// Blocks of hidden units are shared by networks with different optimizers, with and without dropout and
// decay.
TEST(CohortTrainer, GivesEachWayToTrainTheSameBitsAloneAndInOneCohort) {
  const Dataset data = test::tiny_dataset();
  for (const Activation activation : {Activation::sigmoid, Activation::tanh, Activation::relu})
    for (const double noise : {0.0, 0.3}) {
      std::vector<RunSpec> runs = all_ways();
      runs.insert(runs.begin() + 3, spec(0.05, 20));
      for (RunSpec& run : runs) {
        run.activation = activation;
        run.label_noise = noise;
      }
      const std::vector<History> together = train(data, runs, backend());
      for (std::size_t i = 0; i < runs.size(); ++i) {
        EXPECT_TRUE(same_bits(train(data, {runs[i]}, backend()).front(), together[i]))
            << i << " " << to_string(activation);
        // Each way has an effect of its own.
        for (std::size_t j = 0; j < i; ++j)
          EXPECT_FALSE(same_bits(together[i], together[j])) << i << " " << j;
      }
      std::reverse(runs.begin(), runs.end());
      const std::vector<History> reversed = train(data, runs, backend());
      for (std::size_t i = 0; i < runs.size(); ++i)
        EXPECT_TRUE(same_bits(reversed[runs.size() - 1 - i], together[i])) << i;
    }
}

TEST(CohortTrainer, GivesTheSameBitsWithEveryKernelAndInstructionSet) {
  const Dataset data = test::tiny_dataset();
  const std::vector<RunSpec> runs{spec(0.1, 5), spec(0.5, 70)};
  const std::vector<History> expected =
      train(data, runs, make_backend("reference", baseline_instruction_set()));
  for (const test::Code& code : test::usable_code()) {
    const std::vector<History> actual = train(data, runs, make_backend(code.kernel, code.set));
    for (std::size_t i = 0; i < runs.size(); ++i)
      EXPECT_TRUE(same_bits(actual[i], expected[i])) << code.name();
  }
}

TEST(CohortTrainer, GivesEachWayToTrainTheSameBitsWithEveryKernelAndInstructionSet) {
  const Dataset data = test::tiny_dataset();
  for (const Activation activation : {Activation::sigmoid, Activation::tanh, Activation::relu}) {
    std::vector<RunSpec> runs = all_ways();
    for (RunSpec& run : runs) run.activation = activation;
    const std::vector<History> expected =
        train(data, runs, make_backend("reference", baseline_instruction_set()));
    for (const test::Code& code : test::usable_code()) {
      const std::vector<History> actual = train(data, runs, make_backend(code.kernel, code.set));
      for (std::size_t i = 0; i < runs.size(); ++i)
        EXPECT_TRUE(same_bits(actual[i], expected[i])) << i << " " << code.name();
    }
  }
}

TEST(CohortTrainer, GivesTheSameBitsForAnyNumberOfThreads) {
  const Dataset data = test::tiny_dataset(600, 300);
  std::vector<RunSpec> runs = all_ways();
  runs.push_back(spec(0.5, 70));
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
  std::vector<RunSpec> runs{spec(0.1, 5), spec(3e38, 20), spec(0.05, 17)};
  runs[0].dropout = 0.5;
  runs[2].optimizer = Optimizer::adam;
  CohortTrainer trainer(data, runs, backend(), serial);
  for (int epoch = 0; epoch < 3; ++epoch) trainer.train_epoch();
  trainer.drop(1);
  ASSERT_EQ(trainer.size(), 2u);
  std::vector<Metrics> metrics(2);
  for (int epoch = 0; epoch < 3; ++epoch) trainer.train_epoch();
  trainer.evaluate(metrics);
  for (const std::size_t i : {0u, 1u}) {
    History dropped, alone = train(data, {runs[2 * i]}, backend(), 6).front();
    test::append_state(trainer.state(i), dropped);
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
  const std::vector<TrainingState> start{whole.state(2), whole.state(0)};
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

// With the moments, the number of the step and that of the epoch.
TEST(CohortTrainer, GoesOnWithEachWayToTrainToTheSameBits) {
  const Dataset data = test::tiny_dataset();
  const std::vector<RunSpec> runs = all_ways();
  CohortTrainer whole(data, runs, backend(), serial);
  for (int epoch = 0; epoch < 2; ++epoch) whole.train_epoch();
  std::vector<TrainingState> start;
  for (std::size_t i = 0; i < runs.size(); ++i) start.push_back(whole.state(i));
  CohortTrainer rest(data, runs, backend(), serial, start, 2);
  for (int epoch = 0; epoch < 3; ++epoch) {
    whole.train_epoch();
    rest.train_epoch();
  }
  for (std::size_t i = 0; i < runs.size(); ++i) {
    History a, b;
    test::append_state(whole.state(i), a);
    test::append_state(rest.state(i), b);
    EXPECT_TRUE(same_bits(a, b)) << i;
  }
}

TEST(CohortTrainer, MeasuresTrainingByTheLabelsItIsTrainedOn) {
  const Dataset data = test::tiny_dataset(600, 300);
  RunSpec run = spec(0.0001, 5);
  run.label_noise = 1;
  CohortTrainer trainer(data, std::span(&run, 1), backend(), serial);
  Metrics noisy, clean;
  trainer.evaluate(std::span(&noisy, 1));
  run.label_noise = 0;
  CohortTrainer(data, std::span(&run, 1), backend(), serial).evaluate(std::span(&clean, 1));
  EXPECT_EQ(noisy[Metric::clean_train_accuracy], clean[Metric::train_accuracy]);
  EXPECT_NE(noisy[Metric::train_loss], clean[Metric::train_loss]);
  EXPECT_EQ(noisy[Metric::test_loss], clean[Metric::test_loss]);
  EXPECT_TRUE(std::isnan(clean[Metric::clean_train_accuracy]));
}

TEST(CohortTrainer, DrawsInitialWeightsAsWideAsAsked) {
  const Dataset data = test::tiny_dataset(20, 10, 8, 8);
  const auto deviation = [](const std::vector<float>& weights) {
    double squares = 0;
    for (const float w : weights) squares += static_cast<double>(w) * static_cast<double>(w);
    return std::sqrt(squares / static_cast<double>(weights.size()));
  };
  RunSpec run = spec(0.1, 200);
  for (const auto& [init, w1, w2] : {std::tuple{WeightInit::std, 0.1, 0.1},
                                     {WeightInit::xavier, 1 / 8.0, 1 / std::sqrt(200.0)},
                                     {WeightInit::he, std::sqrt(2.0) / 8, 0.1}}) {
    run.weight_init = init;
    const Weights weights = weights_of(CohortTrainer(data, std::span(&run, 1), backend(), serial).weights(0));
    EXPECT_NEAR(deviation(weights.W1) / w1, 1, 0.03) << to_string(init);
    EXPECT_NEAR(deviation(weights.W2) / w2, 1, 0.1) << to_string(init);
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
  EXPECT_TRUE(
      same_bits(fast, train(data, {s}, make_backend("reference", baseline_instruction_set())).front()));
  EXPECT_TRUE(std::isfinite(fast.back()));
}

TEST(Backend, RefusesAnUnknownKernel) {
  EXPECT_ANY_THROW(make_backend("cuda", baseline_instruction_set()));
}

}  // namespace
}  // namespace runner
