// The structured central differences against the plain loop of nn: one parameter after the other, a whole
// forward pass for each of its two losses.

#include "runner/training/numerical_gradient.hpp"

#include "runner/compute/parallel.hpp"
#include "runner/nn/two_layer_net.hpp"

#include "support/backends.hpp"
#include "support/tiny_dataset.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace runner {
namespace {

/// What the rounding of two losses of about 1 may make of (f(w + h) − f(w − h)) / 2h.
constexpr double rounding = 1e-11;

const std::atomic<bool> serial{false};

RunSpec spec(std::int32_t hidden_size, std::int32_t batch_size, Loss loss, double weight_init_std = 0.3) {
  RunSpec s;
  s.hidden_size = hidden_size;
  s.batch_size = batch_size;
  s.loss = loss;
  s.weight_init_std = weight_init_std;
  s.gradient = Gradient::numerical;
  return s;
}

RunSpec with(Loss loss) {
  return {.loss = loss};
}

const CentralDifferences& functions() {
  return central_differences(best_instruction_set());
}

/// The first images of a data set as they are.
RawBatch batch_of(const Dataset& data, std::size_t images) {
  return {data.train.pixels.data(), data.train.labels.data(), images, data.pixels};
}

/// A network after an epoch, so that its biases are not 0.
Weights trained(const Dataset& data, const RunSpec& run) {
  CohortTrainer trainer(data, std::span(&run, 1), make_backend("auto", best_instruction_set()), serial);
  trainer.train_epoch();
  return weights_of(trainer.weights(0));
}

nn::Matrix matrix(const std::vector<float>& values, std::size_t rows) {
  nn::Matrix m(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(values.size() / rows));
  for (std::size_t i = 0; i < values.size(); ++i) m.data()[i] = static_cast<double>(values[i]);
  return m;
}

nn::TwoLayerNet network(const Weights& weights, std::size_t pixels, Loss loss) {
  return nn::TwoLayerNet({matrix(weights.W1, pixels), matrix(weights.b1, 1),
                          matrix(weights.W2, weights.b1.size()), matrix(weights.b2, 1)},
                         loss == Loss::cross_entropy ? nn::LossFunction::cross_entropy_error
                                                     : nn::LossFunction::mean_squared_error);
}

nn::Matrix images_of(const RawBatch& batch) {
  nn::Matrix x(static_cast<Eigen::Index>(batch.count), static_cast<Eigen::Index>(batch.size));
  for (std::size_t i = 0; i < batch.count * batch.size; ++i) x.data()[i] = batch.pixels[i] / 255.0;
  return x;
}

double largest_difference(const std::vector<double>& a, const nn::Matrix& b) {
  EXPECT_EQ(a.size(), static_cast<std::size_t>(b.size()));
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b.data()[i]));
  return largest;
}

class NumericalGradient : public testing::TestWithParam<Loss> {};

TEST_P(NumericalGradient, IsThatOfThePlainLoop) {
  const Dataset data = test::tiny_dataset();
  for (const std::int32_t hidden : {1, 7, 16, 21})
    for (const std::size_t images : {1u, 2u, 13u}) {
      const Weights weights = trained(data, spec(hidden, 20, GetParam()));
      const RawBatch batch = batch_of(data, images);
      const Derivatives fast = numerical_gradient(with(GetParam()), batch, weights, functions());
      nn::TwoLayerNet net = network(weights, data.pixels, GetParam());
      const nn::Parameters plain = net.numerical_gradient(images_of(batch), {batch.labels, images});
      EXPECT_LT(largest_difference(fast.W1, plain.W1), rounding) << hidden;
      EXPECT_LT(largest_difference(fast.b1, plain.b1), rounding) << hidden;
      EXPECT_LT(largest_difference(fast.W2, plain.W2), rounding) << hidden;
      EXPECT_LT(largest_difference(fast.b2, plain.b2), rounding) << hidden;
    }
}

// 784-50-10 on a batch of 100: some hundred entries, since all would take a minute.
TEST_P(NumericalGradient, IsThatOfThePlainLoopForTheBooksNetwork) {
  const Dataset data = test::tiny_dataset(100, 10, 28, 28, 10);
  const Weights weights = trained(data, spec(50, 50, GetParam(), 0.01));
  const RawBatch batch = batch_of(data, 100);
  const Derivatives fast = numerical_gradient(with(GetParam()), batch, weights, functions());

  nn::TwoLayerNet net = network(weights, data.pixels, GetParam());
  const nn::Matrix x = images_of(batch);
  const auto plain = [&](double& parameter) {
    const double value = parameter;
    const auto f = [&](double moved) {
      parameter = moved;
      return net.loss(x, {batch.labels, batch.count});
    };
    const double derivative = nn::numerical_diff(f, value);
    parameter = value;
    return derivative;
  };
  const auto compare = [&](const std::vector<double>& gradient, nn::Matrix& parameters, std::size_t entries) {
    const std::size_t stride = std::max<std::size_t>(gradient.size() / entries, 1);
    for (std::size_t i = 0; i < gradient.size(); i += stride)
      EXPECT_NEAR(gradient[i], plain(parameters.data()[i]), rounding) << i;
  };
  compare(fast.W1, net.params.W1, 60);
  compare(fast.b1, net.params.b1, 10);
  compare(fast.W2, net.params.W2, 25);
  compare(fast.b2, net.params.b2, 10);
}

TEST_P(NumericalGradient, HasTheSameBitsForEveryInstructionSetAndAnyNumberOfThreads) {
  const Dataset data = test::tiny_dataset();
  const RunSpec run = spec(37, 20, GetParam());
  const Weights weights = trained(data, run);
  const Derivatives expected = numerical_gradient(with(GetParam()), batch_of(data, 13), weights,
                                                  central_differences(baseline_instruction_set()));
  for (const InstructionSet set : test::supported_sets()) {
    const Derivatives actual =
        numerical_gradient(with(GetParam()), batch_of(data, 13), weights, central_differences(set));
    EXPECT_EQ(actual.W1, expected.W1);
    EXPECT_EQ(actual.b1, expected.b1);
    EXPECT_EQ(actual.W2, expected.W2);
    EXPECT_EQ(actual.b2, expected.b2);
  }

  const auto after = [&](std::size_t threads) {
    const std::atomic<bool> split{threads > 1};
    std::vector<float> all;
    ThreadPool pool(threads);
    pool.execute([&] {
      CohortTrainer trainer(data, std::span(&run, 1), make_backend("auto", best_instruction_set()), split);
      trainer.train_epoch();
      all = weights_of(trainer.weights(0)).W1;
    });
    return all;
  };
  const std::vector<float> one = after(1);
  for (const std::size_t threads : {2u, 3u, 8u}) EXPECT_EQ(after(threads), one) << threads;
}

INSTANTIATE_TEST_SUITE_P(Of, NumericalGradient,
                         testing::Values(Loss::cross_entropy, Loss::mean_squared_error),
                         [](const auto& loss) { return std::string(to_string(loss.param)); });

TEST(NumericalStep, GoesDownTheGradientFromTheWeightsAsTheyAre) {
  const Dataset data = test::tiny_dataset(20);
  RunSpec run = spec(5, 20, Loss::cross_entropy);
  run.learning_rate = 0.75;
  CohortTrainer trainer(data, std::span(&run, 1), make_backend("auto", best_instruction_set()), serial);
  const Weights before = weights_of(trainer.weights(0));
  trainer.train_epoch();  // one step, since the batch is the whole set, in another order
  const Weights after = weights_of(trainer.weights(0));

  const Derivatives gradient =
      numerical_gradient(with(Loss::cross_entropy), batch_of(data, 20), before, functions());
  const auto compare = [](const std::vector<float>& from, const std::vector<float>& to,
                          const std::vector<double>& derivative) {
    for (std::size_t i = 0; i < from.size(); ++i)
      EXPECT_NEAR(static_cast<double>(to[i]), static_cast<double>(from[i]) - 0.75 * derivative[i], 1e-7);
  };
  compare(before.W1, after.W1, gradient.W1);
  compare(before.b1, after.b1, gradient.b1);
  compare(before.W2, after.W2, gradient.W2);
  compare(before.b2, after.b2, gradient.b2);
}

TEST(NumericalStep, LearnsAsBackPropagationDoes) {
  const Dataset data = test::tiny_dataset();
  const auto loss_by = [&](Gradient gradient) {
    RunSpec run = spec(8, 16, Loss::cross_entropy, 0.1);
    run.learning_rate = 1;
    run.gradient = gradient;
    CohortTrainer trainer(data, std::span(&run, 1), make_backend("auto", best_instruction_set()), serial);
    for (int epoch = 0; epoch < 10; ++epoch) trainer.train_epoch();
    Metrics metrics{};
    trainer.evaluate(std::span(&metrics, 1));
    return metrics[Metric::train_loss];
  };
  EXPECT_NEAR(loss_by(Gradient::numerical), loss_by(Gradient::backpropagation), 1e-4f);
  EXPECT_LT(loss_by(Gradient::numerical), 0.9f);
}

TEST(NumericalStep, KeepsALossThatIsNoNumberOne) {
  const Dataset data = test::tiny_dataset();
  const RunSpec run = spec(5, 16, Loss::cross_entropy);
  TrainingState broken{trained(data, run), {}};
  broken.weights.W2[0] = std::numeric_limits<float>::quiet_NaN();
  CohortTrainer trainer(data, std::span(&run, 1), make_backend("auto", best_instruction_set()), serial,
                        std::span(&broken, 1), 1);
  trainer.train_epoch();
  Metrics metrics{};
  trainer.evaluate(std::span(&metrics, 1));
  EXPECT_FALSE(metrics.finite());
}

TEST(NumericalStep, GoesOnFromStoredWeightsToTheSameBits) {
  const Dataset data = test::tiny_dataset();
  const RunSpec run = spec(9, 16, Loss::cross_entropy);
  const Backend backend = make_backend("auto", best_instruction_set());
  CohortTrainer whole(data, std::span(&run, 1), backend, serial);
  whole.train_epoch();
  const TrainingState after_one = whole.state(0);
  whole.train_epoch();
  CohortTrainer second(data, std::span(&run, 1), backend, serial, std::span(&after_one, 1), 1);
  second.train_epoch();
  EXPECT_EQ(weights_of(second.weights(0)).W1, weights_of(whole.weights(0)).W1);
}

TEST(MemoryToTrain, CountsWhatNumericalGradientsTake) {
  const Dataset data = test::tiny_dataset();
  RunSpec run = spec(160, 50, Loss::cross_entropy);
  const Backend backend = make_backend("auto", best_instruction_set());
  const double numerical = memory_to_train(run, data, backend);
  run.gradient = Gradient::backpropagation;
  // For each image and unit two doubles instead of a float, and at least a double for each parameter.
  EXPECT_GT(numerical - memory_to_train(run, data, backend), 160 * (50 * 8 + 35 * 8));
}

}  // namespace
}  // namespace runner
