// The fast path against the clear one: CohortTrainer, epoch by epoch, against nn::TwoLayerNet in double
// precision from the same weights and batches.

#include "runner/data/batch_order.hpp"
#include "runner/nn/two_layer_net.hpp"
#include "runner/training/cohort_trainer.hpp"

#include "support/tiny_dataset.hpp"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace runner {
namespace {

nn::Matrix images_of(const Dataset& data, const LabelledImages& set) {
  nn::Matrix x(static_cast<Eigen::Index>(set.count), static_cast<Eigen::Index>(data.pixels));
  for (std::size_t i = 0; i < set.pixels.size(); ++i) x.data()[i] = set.pixels[i] / 255.0;
  return x;
}

nn::Parameters parameters_of(const WeightsView& w) {
  const auto hidden = static_cast<Eigen::Index>(w.hidden), classes = static_cast<Eigen::Index>(w.classes),
             pixels = static_cast<Eigen::Index>(w.pixels);
  nn::Parameters p{nn::Matrix(pixels, hidden), nn::Matrix(1, hidden), nn::Matrix(hidden, classes),
                   nn::Matrix(1, classes)};
  for (Eigen::Index h = 0; h < hidden; ++h) {
    const auto row = static_cast<std::size_t>(h);
    for (Eigen::Index d = 0; d < pixels; ++d) p.W1(d, h) = w.W1(static_cast<std::size_t>(d), row);
    for (Eigen::Index c = 0; c < classes; ++c)
      p.W2(h, c) = w.W2[row * w.W2_stride + static_cast<std::size_t>(c)];
    p.b1(0, h) = w.b1[row];
  }
  for (Eigen::Index c = 0; c < classes; ++c) p.b2(0, c) = w.b2[c];
  return p;
}

double largest_difference(const nn::Parameters& a, const nn::Parameters& b) {
  return std::max({(a.W1 - b.W1).cwiseAbs().maxCoeff(), (a.b1 - b.b1).cwiseAbs().maxCoeff(),
                   (a.W2 - b.W2).cwiseAbs().maxCoeff(), (a.b2 - b.b2).cwiseAbs().maxCoeff()});
}

/// One epoch of the double-precision network over the same batches.
void train_epoch(nn::TwoLayerNet& net, const Dataset& data, const RunSpec& spec, int epoch) {
  const nn::Matrix x = images_of(data, data.train);
  std::vector<std::uint32_t> order;
  const auto batch_size = static_cast<std::size_t>(spec.batch_size);
  epoch_order(spec.sampling, static_cast<std::uint64_t>(spec.seed), static_cast<std::uint32_t>(epoch),
              data.train.count, batch_size, order);
  for (std::size_t begin = 0; begin < order.size(); begin += batch_size) {
    const std::size_t images = std::min(batch_size, order.size() - begin);
    nn::Matrix batch(static_cast<Eigen::Index>(images), x.cols());
    std::vector<std::uint8_t> labels(images);
    for (std::size_t i = 0; i < images; ++i) {
      batch.row(static_cast<Eigen::Index>(i)) = x.row(order[begin + i]);
      labels[i] = data.train.labels[order[begin + i]];
    }
    net.update(net.gradient(batch, labels), static_cast<double>(static_cast<float>(spec.learning_rate)));
  }
}

struct Case {
  const char* name;
  Loss loss;
  Sampling sampling;
  std::int32_t batch_size;
  double learning_rate;
};

class Oracle : public testing::TestWithParam<Case> {};

TEST_P(Oracle, AgreesEpochByEpoch) {
  const Case c = GetParam();
  const Dataset data = test::tiny_dataset();
  RunSpec spec;
  spec.loss = c.loss;
  spec.sampling = c.sampling;
  spec.batch_size = c.batch_size;
  spec.learning_rate = c.learning_rate;
  spec.hidden_size = 6;
  spec.weight_init_std = 0.5;
  const std::atomic<bool> split{false};
  CohortTrainer trainer(data, std::span(&spec, 1), make_backend("auto", best_instruction_set()), split);
  nn::TwoLayerNet net(parameters_of(trainer.weights(0)), c.loss == Loss::cross_entropy
                                                             ? nn::LossFunction::cross_entropy_error
                                                             : nn::LossFunction::mean_squared_error);
  const nn::Matrix train = images_of(data, data.train), test = images_of(data, data.test);
  for (int epoch = 0; epoch <= 5; ++epoch) {
    if (epoch > 0) {
      trainer.train_epoch();
      train_epoch(net, data, spec, epoch);
    }
    EXPECT_LT(largest_difference(parameters_of(trainer.weights(0)), net.params), 2e-6) << "epoch " << epoch;
    Metrics m;
    trainer.evaluate(std::span(&m, 1));
    EXPECT_NEAR(static_cast<double>(m[Metric::train_loss]), net.loss(train, data.train.labels), 1e-6)
        << "epoch " << epoch;
    EXPECT_NEAR(static_cast<double>(m[Metric::test_loss]), net.loss(test, data.test.labels), 1e-6)
        << "epoch " << epoch;
    EXPECT_FLOAT_EQ(m[Metric::train_accuracy], static_cast<float>(net.accuracy(train, data.train.labels)));
    EXPECT_FLOAT_EQ(m[Metric::test_accuracy], static_cast<float>(net.accuracy(test, data.test.labels)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Oracle,
    testing::Values(Case{"ShortLastBatch", Loss::cross_entropy, Sampling::shuffle, 16, 0.5},
                    Case{"BatchOfOne", Loss::cross_entropy, Sampling::shuffle, 1, 0.05},
                    Case{"WholeSet", Loss::cross_entropy, Sampling::shuffle, 60, 1.0},
                    Case{"WithReplacement", Loss::cross_entropy, Sampling::with_replacement, 25, 0.5},
                    Case{"MeanSquaredError", Loss::mean_squared_error, Sampling::shuffle, 16, 0.5},
                    Case{"MeanSquaredErrorWithReplacement", Loss::mean_squared_error,
                         Sampling::with_replacement, 7, 0.3}),
    [](const auto& test) { return test.param.name; });

// The accuracy the arithmetic promises: whole-set gradient descent follows double precision as float32 with
// perfect sums would.
TEST(Accuracy, FullBatchTrainingFollowsDoublePrecision) {
  const Dataset data = test::tiny_dataset(1000, 100, 28, 28, 10);
  RunSpec spec;
  spec.batch_size = 1000;
  spec.learning_rate = 0.7;
  const std::atomic<bool> split{false};
  CohortTrainer trainer(data, std::span(&spec, 1), make_backend("auto", best_instruction_set()), split);
  nn::TwoLayerNet net(parameters_of(trainer.weights(0)));
  const nn::Matrix train = images_of(data, data.train);
  double worst = 0;
  for (int epoch = 1; epoch <= 40; ++epoch) {
    trainer.train_epoch();
    train_epoch(net, data, spec, epoch);
    Metrics m;
    trainer.evaluate(std::span(&m, 1));
    const double expected = net.loss(train, data.train.labels);
    worst = std::max(worst, std::fabs(static_cast<double>(m[Metric::train_loss]) / expected - 1));
  }
  EXPECT_LT(worst, 1e-6);
}

}  // namespace
}  // namespace runner
