#include "runner/nn/two_layer_net.hpp"

#include "runner/compute/initial_weights.hpp"

#include <cassert>
#include <utility>

namespace runner::nn {
namespace {

// H×width weights as `training` draws them: a row for each hidden unit, float32.
Matrix drawn_weights(std::uint64_t seed, RandomPurpose purpose, std::size_t hidden, std::size_t width,
                     double std) {
  using Floats = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  std::vector<float> rows(hidden * width);
  initial_weights(elementwise(best_instruction_set()), seed, purpose, hidden, width, static_cast<float>(std),
                  rows.data());
  const auto index = [](std::size_t n) { return static_cast<Eigen::Index>(n); };
  return Eigen::Map<const Floats>(rows.data(), index(hidden), index(width)).cast<double>();
}

Matrix row_of_zeros(std::size_t n) {
  return Matrix::Zero(1, static_cast<Eigen::Index>(n));
}

// x·W + b, the row b added to each row.
Matrix affine(const Matrix& x, const Matrix& W, const Matrix& b) {
  return (x * W).rowwise() + b.row(0);
}

}  // namespace

TwoLayerNet::TwoLayerNet(Parameters parameters, LossFunction loss, NetworkOptions options)
    : params(std::move(parameters)), loss_(loss), options_(options) {
  assert(params.b1.rows() == 1 && params.b1.cols() == params.W1.cols());
  assert(params.W2.rows() == params.W1.cols());
  assert(params.b2.rows() == 1 && params.b2.cols() == params.W2.cols());
  assert(options.weight_decay >= 0 && options.dropout >= 0 && options.dropout < 1);
}

TwoLayerNet::TwoLayerNet(std::size_t input_size, std::size_t hidden_size, std::size_t output_size,
                         std::uint64_t seed, double weight_init_std, LossFunction loss,
                         NetworkOptions options)
    : TwoLayerNet(Parameters{drawn_weights(seed, RandomPurpose::initial_W1, hidden_size, input_size,
                                           initial_std(options.weight_init, weight_init_std, input_size))
                                 .transpose(),
                             row_of_zeros(hidden_size),
                             drawn_weights(seed, RandomPurpose::initial_W2, hidden_size, output_size,
                                           initial_std(options.weight_init, weight_init_std, hidden_size)),
                             row_of_zeros(output_size)},
                  loss, options) {}

Matrix TwoLayerNet::mean_mask(const Matrix& x) const {
  return Matrix::Constant(x.rows(), params.W1.cols(), 1 - options_.dropout);
}

Matrix TwoLayerNet::hidden(const Matrix& x) const {
  return activate(options_.activation, affine(x, params.W1, params.b1));
}

Matrix TwoLayerNet::predict(const Matrix& x) const {
  return predict(x, mean_mask(x));
}

Matrix TwoLayerNet::predict(const Matrix& x, const Matrix& mask) const {
  const Matrix z = hidden(x).cwiseProduct(mask);
  return softmax(affine(z, params.W2, params.b2));
}

double TwoLayerNet::loss(const Matrix& x, std::span<const std::uint8_t> labels) const {
  return loss(x, labels, mean_mask(x));
}

double TwoLayerNet::loss(const Matrix& x, std::span<const std::uint8_t> labels, const Matrix& mask) const {
  return data_loss(x, labels, mask) + decay_loss();
}

double TwoLayerNet::decay_loss() const {
  return 0.5 * options_.weight_decay * (params.W1.squaredNorm() + params.W2.squaredNorm());
}

double TwoLayerNet::data_loss(const Matrix& x, std::span<const std::uint8_t> labels) const {
  return data_loss(x, labels, mean_mask(x));
}

double TwoLayerNet::data_loss(const Matrix& x, std::span<const std::uint8_t> labels,
                              const Matrix& mask) const {
  const Matrix y = predict(x, mask);
  switch (loss_) {
    case LossFunction::cross_entropy_error:
      return cross_entropy_error(y, labels);
    case LossFunction::cross_entropy_error_exact:
      return cross_entropy_error_exact(y, labels);
    case LossFunction::mean_squared_error:
      return mean_squared_error(y, labels);
  }
  assert(false);
  return 0;
}

double TwoLayerNet::accuracy(const Matrix& x, std::span<const std::uint8_t> labels) const {
  const Matrix y = predict(x);
  std::size_t correct = 0;
  for (Eigen::Index i = 0; i < y.rows(); ++i) {
    Eigen::Index largest;
    y.row(i).maxCoeff(&largest);
    if (largest == labels[static_cast<std::size_t>(i)]) ++correct;
  }
  return static_cast<double>(correct) / static_cast<double>(y.rows());
}

Parameters TwoLayerNet::gradient(const Matrix& x, std::span<const std::uint8_t> labels) const {
  return gradient(x, labels, mean_mask(x));
}

Parameters TwoLayerNet::gradient(const Matrix& x, std::span<const std::uint8_t> labels,
                                 const Matrix& mask) const {
  // Forward: the intermediate values that the way back needs.
  const Matrix a = affine(x, params.W1, params.b1);
  const Matrix z = activate(options_.activation, a).cwiseProduct(mask);
  const Matrix y = softmax(affine(z, params.W2, params.b2));

  // Backward, from the scores to the inputs. dy is the gradient by the scores, so it has passed through the
  // softmax: the cross entropy cancels it; the squared error keeps its Jacobian, ∂y_k/∂s_j = y_k·(δ_kj −
  // y_j).
  Matrix dy = y - one_hot(labels, static_cast<std::size_t>(y.cols()));
  if (loss_ == LossFunction::mean_squared_error) {
    const Eigen::VectorXd mean_error = dy.cwiseProduct(y).rowwise().sum();
    dy = y.cwiseProduct(dy.colwise() - mean_error);
  }
  dy /= static_cast<double>(x.rows());

  const Matrix dz = dy * params.W2.transpose();  // N×H = (N×C)·(C×H)
  const Matrix da = activation_grad(options_.activation, a).cwiseProduct(mask).cwiseProduct(dz);  // N×H

  Parameters gradients;
  gradients.W2 = z.transpose() * dy + options_.weight_decay * params.W2;  // H×C = (H×N)·(N×C)
  gradients.b2 = dy.colwise().sum();
  gradients.W1 = x.transpose() * da + options_.weight_decay * params.W1;  // D×H = (D×N)·(N×H)
  gradients.b1 = da.colwise().sum();
  return gradients;
}

Parameters TwoLayerNet::numerical_gradient(const Matrix& x, std::span<const std::uint8_t> labels) {
  return numerical_gradient(x, labels, mean_mask(x));
}

Parameters TwoLayerNet::numerical_gradient(const Matrix& x, std::span<const std::uint8_t> labels,
                                           const Matrix& mask) {
  const auto f = [&] { return loss(x, labels, mask); };
  return {nn::numerical_gradient(f, params.W1), nn::numerical_gradient(f, params.b1),
          nn::numerical_gradient(f, params.W2), nn::numerical_gradient(f, params.b2)};
}

void TwoLayerNet::update(const Parameters& gradients, double learning_rate) {
  params.W1 -= learning_rate * gradients.W1;
  params.b1 -= learning_rate * gradients.b1;
  params.W2 -= learning_rate * gradients.W2;
  params.b2 -= learning_rate * gradients.b2;
}

}  // namespace runner::nn
