#include "runner/training/inference.hpp"

#include "runner/compute/parallel.hpp"
#include "runner/nn/two_layer_net.hpp"

#include "support/backends.hpp"
#include "support/tiny_dataset.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>

#include <gtest/gtest.h>

namespace runner {
namespace {

const std::atomic<bool> serial{false};

/// More test images than are evaluated together, and a last group that is not full.
Dataset images() {
  return test::tiny_dataset(60, 2 * evaluated_together + 37);
}

RunSpec spec(Activation activation, std::int32_t hidden_size, double dropout = 0,
             Loss loss = Loss::cross_entropy) {
  RunSpec run;
  run.learning_rate = 0.3;
  run.batch_size = 16;
  run.hidden_size = hidden_size;
  run.activation = activation;
  run.dropout = dropout;
  run.loss = loss;
  run.weight_init_std = 0.1;
  return run;
}

std::vector<RunSpec> runs() {
  return {spec(Activation::sigmoid, 7),
          spec(Activation::sigmoid, 70, 0.4),
          spec(Activation::tanh, 16),
          spec(Activation::relu, 33, 0.2),
          spec(Activation::relu, 1),
          spec(Activation::tanh, 100, 0.5, Loss::mean_squared_error),
          spec(Activation::sigmoid, 16, 0, Loss::mean_squared_error)};
}

/// A run after some epochs.
struct Trained {
  Weights weights;
  Metrics metrics;
};

Trained train(const RunSpec& run, const Dataset& data, const Backend& backend) {
  CohortTrainer trainer(data, std::span(&run, 1), backend, serial);
  for (int epoch = 0; epoch < 3; ++epoch) trainer.train_epoch();
  Trained trained;
  trainer.evaluate(std::span(&trained.metrics, 1));
  trained.weights = weights_of(trainer.weights(0));
  return trained;
}

float accuracy(const Inference& inference, const LabelledImages& set) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < set.count; ++i) right += inference.classes[i] == set.labels[i] ? 1u : 0u;
  return static_cast<float>(static_cast<double>(right) / static_cast<double>(set.count));
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

class InferenceBy : public testing::TestWithParam<test::Code> {};

TEST_P(InferenceBy, HasTheAccuraciesThatWereRecordedAndTheSameBitsByAllCode) {
  const Dataset data = images();
  const Backend backend = make_backend(GetParam().kernel, GetParam().set);
  const Backend reference = make_backend("reference", baseline_instruction_set());
  for (const RunSpec& run : runs()) {
    SCOPED_TRACE(testing::Message() << to_string(run.activation) << ' ' << run.hidden_size);
    const Trained trained = train(run, data, backend);
    const Inference test = infer(run, trained.weights, data.test.pixels, backend);
    EXPECT_EQ(accuracy(test, data.test), trained.metrics[Metric::test_accuracy]);
    EXPECT_EQ(accuracy(infer(run, trained.weights, data.train.pixels, backend), data.train),
              trained.metrics[Metric::train_accuracy]);
    const Inference expected = infer(run, trained.weights, data.test.pixels, reference);
    EXPECT_EQ(test.classes, expected.classes);
    EXPECT_TRUE(same_bits(test.probabilities, expected.probabilities));
  }
}

INSTANTIATE_TEST_SUITE_P(Code, InferenceBy, testing::ValuesIn(test::usable_code()),
                         [](const auto& code) { return code.param.name(); });

Backend backend() {
  return make_backend("auto", best_instruction_set());
}

/// The loss that the probabilities have is the one that an evaluation records: they are those of its formula.
TEST(Inference, HasTheLossThatWasRecorded) {
  const Dataset data = images();
  for (const RunSpec& run : runs()) {
    const Trained trained = train(run, data, backend());
    const Inference test = infer(run, trained.weights, data.test.pixels, backend());
    double sum = 0;
    for (std::size_t i = 0; i < data.test.count; ++i) {
      const double* const y = test.probabilities.data() + i * data.classes;
      if (run.loss == Loss::cross_entropy) {
        sum -= std::log(y[data.test.labels[i]] + 1e-7);
        continue;
      }
      for (std::size_t c = 0; c < data.classes; ++c)
        sum += 0.5 * std::pow(y[c] - (c == data.test.labels[i] ? 1 : 0), 2);
    }
    EXPECT_NEAR(sum / static_cast<double>(data.test.count), trained.metrics[Metric::test_loss], 1e-6);
  }
}

TEST(Inference, FollowsTheBook) {
  const Dataset data = images();
  for (const RunSpec& run : runs()) {
    const Trained trained = train(run, data, backend());
    const auto matrix = [](const std::vector<float>& values, std::size_t rows) {
      nn::Matrix m(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(values.size() / rows));
      std::copy(values.begin(), values.end(), m.data());
      return m;
    };
    const Weights& w = trained.weights;
    const nn::TwoLayerNet net(
        {matrix(w.W1, data.pixels), matrix(w.b1, 1), matrix(w.W2, w.b1.size()), matrix(w.b2, 1)},
        nn::LossFunction::cross_entropy_error, {.activation = run.activation, .dropout = run.dropout});
    nn::Matrix x(static_cast<Eigen::Index>(data.test.count), static_cast<Eigen::Index>(data.pixels));
    std::copy(data.test.pixels.begin(), data.test.pixels.end(), x.data());
    const nn::Matrix y = net.predict(x / 255);
    const Inference test = infer(run, w, data.test.pixels, backend());
    for (std::size_t i = 0; i < test.probabilities.size(); ++i)
      ASSERT_NEAR(test.probabilities[i], y.data()[i], 1e-6) << to_string(run.activation) << run.hidden_size;
  }
}

TEST(Inference, OfAnImageDoesNotDependOnTheOthersNorOnThreads) {
  const Dataset data = images();
  const RunSpec run = spec(Activation::sigmoid, 20);
  const Trained trained = train(run, data, backend());
  const Inference all = infer(run, trained.weights, data.test.pixels, backend());
  for (const std::size_t i : std::vector<std::size_t>{0, 1, 255, 256, 400, data.test.count - 1}) {
    const auto image = std::span(data.test.pixels).subspan(i * data.pixels, data.pixels);
    const Inference one = infer(run, trained.weights, image, backend());
    ASSERT_EQ(one.classes.size(), 1u);
    EXPECT_EQ(one.classes[0], all.classes[i]);
    EXPECT_TRUE(std::equal(one.probabilities.begin(), one.probabilities.end(),
                           all.probabilities.begin() + static_cast<std::ptrdiff_t>(i * data.classes)));
  }
  ThreadPool(3).execute([&] {
    const Inference again = infer(run, trained.weights, data.test.pixels, backend());
    EXPECT_EQ(again.classes, all.classes);
    EXPECT_TRUE(same_bits(again.probabilities, all.probabilities));
  });
  EXPECT_TRUE(infer(run, trained.weights, {}, backend()).classes.empty());
}

TEST(Inference, TakesTheFirstOfEqualScores) {
  const Weights weights{std::vector<float>(6, 0.0f), {0.0f}, {0.0f, 0.0f, 0.0f}, {-1.0f, 2.0f, 2.0f}};
  const Inference one = infer(spec(Activation::relu, 1), weights, std::vector<std::uint8_t>(6), backend());
  EXPECT_EQ(one.classes[0], 1u);
  EXPECT_EQ(one.probabilities[1], one.probabilities[2]);
}

TEST(Inference, OfWeightsThatAreNoneIsNoNumber) {
  Weights weights{std::vector<float>(6, 0.0f), {0.0f}, {0.0f, 0.0f}, {1.0f, 2.0f}};
  weights.W1[3] = std::numeric_limits<float>::quiet_NaN();
  const Inference one = infer(spec(Activation::tanh, 1), weights, std::vector<std::uint8_t>(6), backend());
  EXPECT_TRUE(std::isnan(one.probabilities[0]));
}

}  // namespace
}  // namespace runner
