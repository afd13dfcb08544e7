#include "runner/training/gradient_check.hpp"

#include "training_step.hpp"

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
  RunSpec run;
  run.loss = loss;
  run.hidden_size = static_cast<std::int32_t>(weights.b1.size());
  const LabelledImages& images = batch.train;
  AlignedBuffer<std::byte> packed(backend.kernel->image_bytes(images.count, batch.pixels));
  backend.kernel->pack({images.pixels.data(), images.count, batch.pixels}, true, packed.data());

  NetworkStack stack(batch, std::span(&run, 1), backend, std::span(&weights, 1));
  const StackedParameters gradient(stack.pixels(), stack.classes(), stack.units(), stack.size());
  const std::atomic<bool> split{false};
  TrainingStep(stack, backend, Gradient::backpropagation, images.count, split)
      .find_gradient(
          {{images.pixels.data(), images.labels.data(), images.count, batch.pixels}, packed.data()},
          gradient);

  const Weights derivatives(gradient.view(0, stack[0].units));
  const auto widened = [](const std::vector<float>& numbers) {
    return std::vector<double>(numbers.begin(), numbers.end());
  };
  return {widened(derivatives.W1), widened(derivatives.b1), widened(derivatives.W2), widened(derivatives.b2)};
}

std::array<BlockError, 4> compare_gradients(const Derivatives& gradient, const Derivatives& reference) {
  return {compare_block("W1", gradient.W1, reference.W1), compare_block("b1", gradient.b1, reference.b1),
          compare_block("W2", gradient.W2, reference.W2), compare_block("b2", gradient.b2, reference.b2)};
}

}  // namespace runner
