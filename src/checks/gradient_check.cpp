#include "runner/checks/gradient_check.hpp"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cmath>
#include <limits>

namespace runner {
namespace {

BlockError compare_block(std::string_view name, const std::vector<double>& block,
                         const std::vector<double>& reference) {
  assert(block.size() == reference.size());
  double largest = 0, difference = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const double d = std::abs(block[i] - reference[i]);
    if (std::isnan(d)) return {name, largest, std::numeric_limits<double>::infinity()};
    difference = std::max(difference, d);
    largest = std::max(largest, std::abs(reference[i]));
  }
  return {name, largest, difference == 0 ? 0 : difference / largest};
}

}  // namespace

Derivatives backpropagation_gradient(Loss loss, const Dataset& batch, const Weights& weights,
                                     const Backend& backend) {
  // So large a step that the weights it is added to take none of its digits.
  constexpr float rate = 0x1p30f;
  RunSpec run;
  run.loss = loss;
  run.learning_rate = static_cast<double>(rate);
  run.hidden_size = static_cast<std::int32_t>(weights.b1.size());
  run.batch_size = static_cast<std::int32_t>(batch.train.count);
  const std::atomic<bool> split{false};
  CohortTrainer trainer(batch, std::span(&run, 1), backend, split, std::span(&weights, 1));
  trainer.train_epoch();
  const Weights moved = weights_of(trainer.weights(0));

  const auto derivatives = [](const std::vector<float>& before, const std::vector<float>& after) {
    std::vector<double> result(before.size());
    for (std::size_t i = 0; i < before.size(); ++i)
      result[i] =
          (static_cast<double>(before[i]) - static_cast<double>(after[i])) / static_cast<double>(rate);
    return result;
  };
  return {derivatives(weights.W1, moved.W1), derivatives(weights.b1, moved.b1),
          derivatives(weights.W2, moved.W2), derivatives(weights.b2, moved.b2)};
}

std::array<BlockError, 4> compare_gradients(const Derivatives& gradient, const Derivatives& reference) {
  return {compare_block("W1", gradient.W1, reference.W1), compare_block("b1", gradient.b1, reference.b1),
          compare_block("W2", gradient.W2, reference.W2), compare_block("b2", gradient.b2, reference.b2)};
}

}  // namespace runner
