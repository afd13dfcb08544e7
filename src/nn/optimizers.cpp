#include "runner/nn/optimizers.hpp"

#include <cassert>
#include <cmath>

namespace runner::nn {

Matrix& UpdateRule::State::of(std::size_t i, const Matrix& parameter) {
  if (i == matrices_.size()) matrices_.push_back(Matrix::Zero(parameter.rows(), parameter.cols()));
  assert(i < matrices_.size());
  assert(matrices_[i].rows() == parameter.rows() && matrices_[i].cols() == parameter.cols());
  return matrices_[i];
}

void UpdateRule::update(std::span<const Trainable> parameters) {
  ++t_;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const auto& [value, gradient, decays] = parameters[i];
    assert(value.rows() == gradient.rows() && value.cols() == gradient.cols());
    step(i, value, gradient, decays);
  }
}

void UpdateRule::update(Parameters& params, const Parameters& gradients) {
  const Trainable all[] = {{params.W1, gradients.W1, true},
                           {params.b1, gradients.b1},
                           {params.W2, gradients.W2, true},
                           {params.b2, gradients.b2}};
  update(all);
}

void UpdateRule::update(Matrix& x, const Matrix& gradient) {
  const Trainable one[] = {{x, gradient}};
  update(one);
}

void Sgd::step(std::size_t, Matrix& W, const Matrix& g, bool) {
  W -= learning_rate_ * g;
}

void Momentum::step(std::size_t i, Matrix& W, const Matrix& g, bool) {
  Matrix& v = v_.of(i, W);
  v = momentum_ * v - learning_rate_ * g;
  W += v;
}

void Nesterov::step(std::size_t i, Matrix& W, const Matrix& g, bool) {
  Matrix& v = v_.of(i, W);
  v = momentum_ * v - learning_rate_ * g;
  W += momentum_ * v - learning_rate_ * g;
}

void AdaGrad::step(std::size_t i, Matrix& W, const Matrix& g, bool) {
  Matrix& h = h_.of(i, W);
  h.array() += g.array().square();
  W.array() -= learning_rate_ * g.array() / (h.array().sqrt() + epsilon_);
}

void RmsProp::step(std::size_t i, Matrix& W, const Matrix& g, bool) {
  Matrix& h = h_.of(i, W);
  h.array() = decay_rate_ * h.array() + (1 - decay_rate_) * g.array().square();
  W.array() -= learning_rate_ * g.array() / (h.array().sqrt() + epsilon_);
}

void Adam::step(std::size_t i, Matrix& W, const Matrix& g, bool decays) {
  if (decays) W -= learning_rate_ * weight_decay_ * W;

  Matrix &m = m_.of(i, W), &v = v_.of(i, W);
  m = beta1_ * m + (1 - beta1_) * g;
  v.array() = beta2_ * v.array() + (1 - beta2_) * g.array().square();
  const Matrix m_hat = m / (1 - std::pow(beta1_, t()));
  const Matrix v_hat = v / (1 - std::pow(beta2_, t()));
  W.array() -= learning_rate_ * m_hat.array() / (v_hat.array().sqrt() + epsilon_);
}

}  // namespace runner::nn
