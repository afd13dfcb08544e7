#pragma once

#include "runner/nn/functions.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace runner::nn {

/// The loss a network is trained on.
enum class LossFunction {
  cross_entropy_error,        ///< the book's, with 1e-7 inside the logarithm
  cross_entropy_error_exact,  ///< without the 1e-7: the function whose derivative (y − t)/N is
  mean_squared_error
};

/// The four parameters, or their gradients: W1 D×H, b1 1×H, W2 H×C, b2 1×C.
struct Parameters {
  Matrix W1;
  Matrix b1;
  Matrix W2;
  Matrix b2;
};

/// The book's TwoLayerNet: y = softmax(sigmoid(x·W1 + b1)·W2 + b2).
///
/// Shapes: x N×D; labels N. Double precision; the oracle of `training`. Not thread-safe (numerical_gradient
/// moves `params`).
class TwoLayerNet {
 public:
  /// Parameters as given; their shapes must agree (asserted).
  explicit TwoLayerNet(Parameters parameters, LossFunction loss = LossFunction::cross_entropy_error);

  /// Weights N(0, 1)·weight_init_std from the product's own random streams (float32 values, as `training`
  /// starts from), biases 0.
  TwoLayerNet(std::size_t input_size, std::size_t hidden_size, std::size_t output_size, std::uint64_t seed,
              double weight_init_std = 0.01, LossFunction loss = LossFunction::cross_entropy_error);

  /// y, N×C; each row sums to 1.
  Matrix predict(const Matrix& x) const;

  /// Mean over the N rows.
  double loss(const Matrix& x, std::span<const std::uint8_t> labels) const;

  /// Share of the rows whose largest y (the first, if several) is the label's.
  double accuracy(const Matrix& x, std::span<const std::uint8_t> labels) const;

  /// Gradients by back-propagation. For cross entropy the book's (y − t)/N at the scores.
  Parameters gradient(const Matrix& x, std::span<const std::uint8_t> labels) const;

  /// Gradients of `loss` by central differences, h = 1e-4: one by one, slow and sure.
  Parameters numerical_gradient(const Matrix& x, std::span<const std::uint8_t> labels);

  /// params ← params − learning_rate·gradients.
  void update(const Parameters& gradients, double learning_rate);

  Parameters params;

 private:
  LossFunction loss_;
};

}  // namespace runner::nn
