// The fast path against the clear one: CohortTrainer, epoch by epoch, against nn::TwoLayerNet in double
// precision from the same weights and batches.

#include "runner/compute/learning_rate.hpp"
#include "runner/data/batch_order.hpp"
#include "runner/data/label_noise.hpp"
#include "runner/data/random.hpp"
#include "runner/nn/optimizers.hpp"
#include "runner/nn/two_layer_net.hpp"
#include "runner/training/cohort_trainer.hpp"

#include "support/tiny_dataset.hpp"

#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

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

/// Which hidden units are kept for which of the images of a step, by the definition of dropout.
nn::Matrix mask_of(const RunSpec& spec, std::uint64_t step, std::size_t images) {
  nn::Matrix mask(static_cast<Eigen::Index>(images), spec.hidden_size);
  for (std::size_t b = 0; b < images; ++b)
    for (std::int32_t h = 0; h < spec.hidden_size; ++h) {
      const auto words = random_block(static_cast<std::uint64_t>(spec.seed), RandomPurpose::dropout,
                                      static_cast<std::uint32_t>(h), (step << 19) + b / 8);
      const auto bits = static_cast<double>(words[b % 8 / 4] >> (16 * (b % 4)) & 0xffff);
      mask(static_cast<Eigen::Index>(b), h) = bits < std::round(spec.dropout * 65536) ? 0 : 1;
    }
  return mask;
}

/// The optimizer of a run in double precision.
std::unique_ptr<nn::UpdateRule> optimizer_of(const RunSpec& spec) {
  switch (spec.optimizer) {
    case Optimizer::sgd:
      return std::make_unique<nn::Sgd>(spec.learning_rate);
    case Optimizer::momentum:
      return std::make_unique<nn::Momentum>(spec.learning_rate, spec.momentum);
    case Optimizer::nesterov:
      return std::make_unique<nn::Nesterov>(spec.learning_rate, spec.momentum);
    case Optimizer::adagrad:
      return std::make_unique<nn::AdaGrad>(spec.learning_rate, spec.epsilon);
    case Optimizer::rmsprop:
      return std::make_unique<nn::RmsProp>(spec.learning_rate, spec.decay_rate, spec.epsilon);
    case Optimizer::adam:
      return std::make_unique<nn::Adam>(spec.learning_rate, spec.beta1, spec.beta2, spec.epsilon,
                                        spec.decoupled_weight_decay);
  }
  return nullptr;
}

/// One epoch of the double-precision network over the same batches, with these labels.
void train_epoch(nn::TwoLayerNet& net, nn::UpdateRule& optimizer, const Dataset& data,
                 const std::vector<std::uint8_t>& train_labels, const RunSpec& spec, int epoch) {
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
      labels[i] = train_labels[order[begin + i]];
    }
    const std::size_t updates = (order.size() + batch_size - 1) / batch_size;
    const std::uint64_t step = static_cast<std::uint64_t>(epoch - 1) * updates + begin / batch_size + 1;
    const nn::Parameters gradient = spec.dropout > 0
                                        ? net.gradient(batch, labels, mask_of(spec, step, images))
                                        : net.gradient(batch, labels);
    if (spec.learning_rate_schedule == LearningRateSchedule::constant)
      optimizer.update(net.params, gradient);
    else
      net.update(gradient, static_cast<double>(learning_rate(spec, epoch)));
  }
}

nn::TwoLayerNet net_of(const RunSpec& spec, const WeightsView& weights) {
  return nn::TwoLayerNet(
      parameters_of(weights),
      spec.loss == Loss::cross_entropy ? nn::LossFunction::cross_entropy_error
                                       : nn::LossFunction::mean_squared_error,
      {.activation = spec.activation, .weight_decay = spec.weight_decay, .dropout = spec.dropout});
}

struct Case {
  const char* name;
  RunSpec spec;
};

/// A learning rate of 0.25, and numbers that are float32 as they are, so that both networks have the same.
RunSpec chapter6(const std::function<void(RunSpec&)>& set) {
  RunSpec spec{.learning_rate = 0.25, .batch_size = 16};
  set(spec);
  return spec;
}

class Oracle : public testing::TestWithParam<Case> {};

TEST_P(Oracle, AgreesEpochByEpoch) {
  const Dataset data = test::tiny_dataset();
  RunSpec spec = GetParam().spec;
  spec.hidden_size = 6;
  spec.weight_init_std = 0.5;
  const std::vector<std::uint8_t> labels = with_label_noise(
      data.train.labels, data.classes, static_cast<std::uint64_t>(spec.seed), spec.label_noise);
  const std::atomic<bool> split{false};
  CohortTrainer trainer(data, std::span(&spec, 1), make_backend("auto", best_instruction_set()), split);
  nn::TwoLayerNet net = net_of(spec, trainer.weights(0));
  const auto optimizer = optimizer_of(spec);
  const nn::Matrix train = images_of(data, data.train), test = images_of(data, data.test);
  for (int epoch = 0; epoch <= 5; ++epoch) {
    if (epoch > 0) {
      trainer.train_epoch();
      train_epoch(net, *optimizer, data, labels, spec, epoch);
    }
    EXPECT_LT(largest_difference(parameters_of(trainer.weights(0)), net.params), 4e-6) << "epoch " << epoch;
    Metrics m;
    trainer.evaluate(std::span(&m, 1));
    // Without the decay, which is no part of what is recorded.
    EXPECT_NEAR(static_cast<double>(m[Metric::train_loss]), net.data_loss(train, labels), 2e-6)
        << "epoch " << epoch;
    EXPECT_NEAR(static_cast<double>(m[Metric::test_loss]), net.data_loss(test, data.test.labels), 2e-6)
        << "epoch " << epoch;
    EXPECT_FLOAT_EQ(m[Metric::train_accuracy], static_cast<float>(net.accuracy(train, labels)));
    EXPECT_FLOAT_EQ(m[Metric::test_accuracy], static_cast<float>(net.accuracy(test, data.test.labels)));
    if (spec.label_noise > 0) {
      EXPECT_FLOAT_EQ(m[Metric::clean_train_accuracy],
                      static_cast<float>(net.accuracy(train, data.train.labels)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Oracle,
    testing::Values(Case{"ShortLastBatch", {.learning_rate = 0.5, .batch_size = 16}},
                    Case{"BatchOfOne", {.learning_rate = static_cast<double>(0.05f), .batch_size = 1}},
                    Case{"WholeSet", {.learning_rate = 1, .batch_size = 60}},
                    Case{"WithReplacement",
                         {.learning_rate = 0.5, .batch_size = 25, .sampling = Sampling::with_replacement}},
                    Case{"MeanSquaredError",
                         {.learning_rate = 0.5, .batch_size = 16, .loss = Loss::mean_squared_error}},
                    Case{"MeanSquaredErrorWithReplacement",
                         {.learning_rate = static_cast<double>(0.3f),
                          .batch_size = 7,
                          .loss = Loss::mean_squared_error,
                          .sampling = Sampling::with_replacement}},
                    Case{"Momentum", chapter6([](RunSpec& run) {
                           run.optimizer = Optimizer::momentum;
                           run.momentum = 0.75;
                         })},
                    Case{"Nesterov", chapter6([](RunSpec& run) {
                           run.optimizer = Optimizer::nesterov;
                           run.momentum = 0.75;
                         })},
                    Case{"AdaGrad", chapter6([](RunSpec& run) {
                           run.optimizer = Optimizer::adagrad;
                           run.learning_rate = 0.0625;
                         })},
                    Case{"RmsProp", chapter6([](RunSpec& run) {
                           run.optimizer = Optimizer::rmsprop;
                           run.learning_rate = 0.015625;
                         })},
                    Case{"Adam", chapter6([](RunSpec& run) {
                           run.optimizer = Optimizer::adam;
                           run.learning_rate = 0.015625;
                         })},
                    Case{"AdamW", chapter6([](RunSpec& run) {
                           run.optimizer = Optimizer::adam;
                           run.learning_rate = 0.015625;
                           run.decoupled_weight_decay = 0.5;
                         })},
                    Case{"WeightDecay", chapter6([](RunSpec& run) { run.weight_decay = 0.125; })},
                    Case{"WeightDecayAndMomentum", chapter6([](RunSpec& run) {
                           run.weight_decay = 0.125;
                           run.optimizer = Optimizer::momentum;
                         })},
                    Case{"Tanh", chapter6([](RunSpec& run) { run.activation = Activation::tanh; })},
                    Case{"Relu", chapter6([](RunSpec& run) { run.activation = Activation::relu; })},
                    Case{"Dropout", chapter6([](RunSpec& run) { run.dropout = 0.25; })},
                    Case{"DropoutWithTanh", chapter6([](RunSpec& run) {
                           run.dropout = 0.5;
                           run.activation = Activation::tanh;
                           run.sampling = Sampling::with_replacement;
                         })},
                    Case{"LabelNoise", chapter6([](RunSpec& run) { run.label_noise = 0.5; })},
                    Case{"StepSchedule", chapter6([](RunSpec& run) {
                           run.learning_rate_schedule = LearningRateSchedule::step;
                           run.schedule_factor = 0.5;
                           run.schedule_epochs = 2;
                         })},
                    Case{"CosineSchedule", chapter6([](RunSpec& run) {
                           run.learning_rate_schedule = LearningRateSchedule::cosine;
                           run.schedule_epochs = 4;
                         })},
                    Case{"Numerical", chapter6([](RunSpec& run) { run.gradient = Gradient::numerical; })},
                    Case{"NumericalWithMomentumDecayAndTanh", chapter6([](RunSpec& run) {
                           run.gradient = Gradient::numerical;
                           run.optimizer = Optimizer::momentum;
                           run.weight_decay = 0.125;
                           run.activation = Activation::tanh;
                         })}),
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
  spec.learning_rate = static_cast<double>(0.7f);
  nn::TwoLayerNet net(parameters_of(trainer.weights(0)));
  const auto optimizer = optimizer_of(spec);
  const nn::Matrix train = images_of(data, data.train);
  double worst = 0;
  for (int epoch = 1; epoch <= 40; ++epoch) {
    trainer.train_epoch();
    train_epoch(net, *optimizer, data, data.train.labels, spec, epoch);
    Metrics m;
    trainer.evaluate(std::span(&m, 1));
    const double expected = net.loss(train, data.train.labels);
    worst = std::max(worst, std::fabs(static_cast<double>(m[Metric::train_loss]) / expected - 1));
  }
  EXPECT_LT(worst, 1e-6);
}

}  // namespace
}  // namespace runner
