#include "runner/checks/gradient_check.hpp"

#include "runner/training/backpropagation_gradient.hpp"

#include "support/tiny_dataset.hpp"

#include <atomic>
#include <limits>

#include <gtest/gtest.h>

namespace runner {
namespace {

Backend backend() {
  return make_backend("auto", best_instruction_set());
}

Weights initial(const Dataset& data, double weight_init_std) {
  RunSpec run;
  run.hidden_size = 7;
  run.batch_size = 20;
  run.weight_init_std = weight_init_std;
  const std::atomic<bool> split{false};
  return weights_of(CohortTrainer(data, std::span(&run, 1), backend(), split).weights(0));
}

double worst(const std::array<BlockError, 4>& errors) {
  double largest = 0;
  for (const BlockError& e : errors) largest = std::max(largest, e.error);
  return largest;
}

TEST(BackpropagationGradient, IsThatOfCentralDifferences) {
  const Dataset data = test::tiny_dataset(20);
  const RawBatch batch{data.train.pixels.data(), data.train.labels.data(), 20, data.pixels};
  for (const double std : {0.01, 1.0})
    for (const Loss loss : {Loss::cross_entropy, Loss::mean_squared_error}) {
      const Weights weights = initial(data, std);
      RunSpec run;
      run.loss = loss;
      const Derivatives numerical =
          numerical_gradient(run, batch, weights, central_differences(best_instruction_set()));
      const Derivatives back = backpropagation_gradient(run, data, weights, backend());
      EXPECT_LT(worst(compare_gradients(back, numerical)), 1e-5) << std << " " << to_string(loss);
    }
}

// One image, so that a step adds up in the same order.
TEST(BackpropagationGradient, IsWhatAStepGoesDownAlongToTheLastBit) {
  const Dataset data = test::tiny_dataset(1);
  RunSpec run;
  run.hidden_size = 21;
  run.batch_size = 1;
  run.learning_rate = 0.7;
  run.weight_init_std = 0.3;
  for (const Loss loss : {Loss::cross_entropy, Loss::mean_squared_error}) {
    run.loss = loss;
    const std::atomic<bool> split{false};
    CohortTrainer trainer(data, std::span(&run, 1), backend(), split);
    const Weights before = weights_of(trainer.weights(0));
    trainer.train_epoch();
    const Weights after = weights_of(trainer.weights(0));
    const Derivatives gradient = backpropagation_gradient(run, data, before, backend());
    const auto stepped = [](std::vector<float> weights, const std::vector<double>& derivatives) {
      for (std::size_t i = 0; i < weights.size(); ++i)
        weights[i] -= 0.7f * static_cast<float>(derivatives[i]);
      return weights;
    };
    EXPECT_NE(after.W1, before.W1);
    EXPECT_EQ(after.W1, stepped(before.W1, gradient.W1));
    EXPECT_EQ(after.b1, stepped(before.b1, gradient.b1));
    EXPECT_EQ(after.W2, stepped(before.W2, gradient.W2));
    EXPECT_EQ(after.b2, stepped(before.b2, gradient.b2));
  }
}

TEST(CompareGradients, FindsAMistakeInEachBlock) {
  const Derivatives right{{1, -4}, {0.5}, {2}, {0, 0}};
  EXPECT_EQ(worst(compare_gradients(right, right)), 0);
  Derivatives wrong = right;
  wrong.W1[0] = 1.5;
  EXPECT_EQ(compare_gradients(wrong, right)[0].error, 0.125);
  EXPECT_EQ(compare_gradients(wrong, right)[0].largest, 4);
  EXPECT_EQ(compare_gradients(wrong, right)[1].error, 0);
  wrong = right;
  wrong.b1[0] = -0.5;
  EXPECT_EQ(compare_gradients(wrong, right)[1].error, 2);
  wrong = right;
  wrong.W2[0] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(compare_gradients(wrong, right)[2].error, std::numeric_limits<double>::infinity());
  wrong = right;
  wrong.b2[1] = 1e-9;
  EXPECT_EQ(compare_gradients(wrong, right)[3].error, std::numeric_limits<double>::infinity());
}

// What the check is for: a step that is off by a thousandth.
TEST(CompareGradients, TellsAStepThatIsSlightlyOff) {
  const Dataset data = test::tiny_dataset(20);
  const Weights weights = initial(data, 0.1);
  const Derivatives right = backpropagation_gradient(RunSpec{}, data, weights, backend());
  Derivatives wrong = right;
  for (double& derivative : wrong.b1) derivative *= 1.001;
  EXPECT_NEAR(compare_gradients(wrong, right)[1].error, 1e-3, 1e-9);
}

}  // namespace
}  // namespace runner
