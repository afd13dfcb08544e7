#include "runner/training/numerical_gradient.hpp"

#include "network_stack.hpp"
#include "numerical_step.hpp"

namespace runner {

Derivatives numerical_gradient(const RunSpec& run, const RawBatch& batch, const Weights& weights,
                               const CentralDifferences& functions) {
  const std::size_t pixels = batch.size, hidden = weights.b1.size(), classes = weights.b2.size();
  const StackedParameters network(pixels, classes, hidden, 1);
  network.set(0, {0, hidden}, weights);
  NumericalStep step(functions, batch.count, pixels, hidden, classes);
  step.find_gradient(run, batch, network, false);

  const auto decay = static_cast<double>(static_cast<float>(run.weight_decay));
  const auto decayed = [&](double g, float w) { return g + decay * static_cast<double>(w); };
  Derivatives gradient;
  for (std::size_t d = 0; d < pixels; ++d)
    for (std::size_t unit = 0; unit < hidden; ++unit)
      gradient.W1.push_back(decayed(step.w1(d, unit), weights.W1[d * hidden + unit]));
  for (std::size_t unit = 0; unit < hidden; ++unit) {
    gradient.b1.push_back(step.b1(unit));
    for (std::size_t c = 0; c < classes; ++c)
      gradient.W2.push_back(decayed(step.w2(unit, c), weights.W2[unit * classes + c]));
  }
  for (std::size_t c = 0; c < classes; ++c) gradient.b2.push_back(step.b2(c));
  return gradient;
}

}  // namespace runner
