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

/// The additions of chapter 6 to the network. The defaults are the network of chapters 4 and 5.
struct NetworkOptions {
  Activation activation = Activation::sigmoid;  ///< of the hidden layer
  WeightInit weight_init = WeightInit::std;     ///< for the constructor that draws weights
  double weight_decay = 0;                      ///< λ in the loss's ½·λ·ΣW², at least 0
  double dropout = 0;  ///< p, the share of hidden units masked in training: 0 ≤ p < 1
};

/// The book's TwoLayerNet: z = activation(x·W1 + b1), y = softmax(z·W2 + b2).
///
/// Shapes: x N×D; labels N; mask N×H. Double precision; the oracle of `training`. Not thread-safe
/// (numerical_gradient moves `params`).
///
/// *Weight decay* adds ½·λ·(ΣW1² + ΣW2²) to the loss, and so λ·W1 and λ·W2 to the gradients. The biases do
/// not decay. This is the book's MultiLayerNet.
///
/// *Dropout* is the book's Dropout layer (Srivastava et al. 2014). In training, each hidden unit of each
/// image is masked with the probability p: the caller gives a mask of zeros and ones, and z·mask takes the
/// place of z, element by element. Without a mask the network is evaluated: z·(1 − p) takes the place of z,
/// the mean over all masks.
class TwoLayerNet {
 public:
  /// Parameters as given; their shapes must agree (asserted).
  explicit TwoLayerNet(Parameters parameters, LossFunction loss = LossFunction::cross_entropy_error,
                       NetworkOptions options = {});

  /// Weights N(0, 1)·std from the product's own random streams (float32 values, as `training` starts from),
  /// biases 0. std is `initial_std` with the inputs of the layer: input_size for W1, hidden_size for W2.
  TwoLayerNet(std::size_t input_size, std::size_t hidden_size, std::size_t output_size, std::uint64_t seed,
              double weight_init_std = 0.01, LossFunction loss = LossFunction::cross_entropy_error,
              NetworkOptions options = {});

  /// z, N×H: the output of the hidden layer, before dropout.
  Matrix hidden(const Matrix& x) const;

  /// y, N×C; each row sums to 1.
  Matrix predict(const Matrix& x) const;
  /// The same in training, with a mask.
  Matrix predict(const Matrix& x, const Matrix& mask) const;

  /// The loss that training minimises: data_loss + decay_loss.
  double loss(const Matrix& x, std::span<const std::uint8_t> labels) const;
  /// The same in training, with a mask.
  double loss(const Matrix& x, std::span<const std::uint8_t> labels, const Matrix& mask) const;

  /// The loss function alone, without weight decay: mean over the N rows.
  double data_loss(const Matrix& x, std::span<const std::uint8_t> labels) const;
  /// The same in training, with a mask.
  double data_loss(const Matrix& x, std::span<const std::uint8_t> labels, const Matrix& mask) const;

  /// ½·λ·(ΣW1² + ΣW2²).
  double decay_loss() const;

  /// Share of the rows whose largest y (the first, if several) is the label's.
  double accuracy(const Matrix& x, std::span<const std::uint8_t> labels) const;

  /// Gradients of `loss` by back-propagation. For cross entropy the book's (y − t)/N at the scores.
  Parameters gradient(const Matrix& x, std::span<const std::uint8_t> labels) const;
  /// The same in training, with a mask.
  Parameters gradient(const Matrix& x, std::span<const std::uint8_t> labels, const Matrix& mask) const;

  /// Gradients of `loss` by central differences, h = 1e-4: one by one, slow and sure.
  Parameters numerical_gradient(const Matrix& x, std::span<const std::uint8_t> labels);
  /// The same in training, with a mask.
  Parameters numerical_gradient(const Matrix& x, std::span<const std::uint8_t> labels, const Matrix& mask);

  /// params ← params − learning_rate·gradients.
  void update(const Parameters& gradients, double learning_rate);

  Parameters params;

 private:
  /// N×H of 1 − p.
  Matrix mean_mask(const Matrix& x) const;

  LossFunction loss_;
  NetworkOptions options_;
};

}  // namespace runner::nn
