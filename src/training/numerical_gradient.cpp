#include "runner/training/numerical_gradient.hpp"

#include "runner/compute/aligned_buffer.hpp"
#include "runner/compute/arithmetic.hpp"

#include "numerical_step.hpp"

#include <algorithm>

namespace runner {

Derivatives numerical_gradient(Loss loss, const RawBatch& batch, const Weights& weights,
                               const CentralDifferences& functions) {
  const std::size_t pixels = batch.size, hidden = weights.b1.size(), classes = weights.b2.size();
  const std::size_t w2_stride = padded(classes);
  AlignedBuffer<float> w1(padded(hidden) * pixels), b1(padded(hidden)), w2(hidden * w2_stride);
  for (std::size_t unit = 0; unit < hidden; ++unit) {
    for (std::size_t d = 0; d < pixels; ++d)
      w1[(unit / lanes * pixels + d) * lanes + unit % lanes] = weights.W1[d * hidden + unit];
    b1[unit] = weights.b1[unit];
    std::copy_n(weights.W2.data() + unit * classes, classes, w2.data() + unit * w2_stride);
  }

  NumericalStep step(functions, batch.count, pixels, hidden, classes);
  step.find_gradient(loss, batch, {w1.data(), b1.data(), w2.data(), weights.b2.data()}, false);

  Derivatives gradient;
  for (std::size_t d = 0; d < pixels; ++d)
    for (std::size_t unit = 0; unit < hidden; ++unit) gradient.W1.push_back(step.w1(d, unit));
  for (std::size_t unit = 0; unit < hidden; ++unit) {
    gradient.b1.push_back(step.b1(unit));
    for (std::size_t c = 0; c < classes; ++c) gradient.W2.push_back(step.w2(unit, c));
  }
  for (std::size_t c = 0; c < classes; ++c) gradient.b2.push_back(step.b2(c));
  return gradient;
}

}  // namespace runner
