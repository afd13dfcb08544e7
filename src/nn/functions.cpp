#include "runner/nn/functions.hpp"

#include <cassert>
#include <cmath>

namespace runner::nn {

Matrix sigmoid(const Matrix& x) {
  return 1 / (1 + (-x.array()).exp());
}

Matrix sigmoid_grad(const Matrix& x) {
  const Matrix y = sigmoid(x);
  return (1 - y.array()) * y.array();
}

Matrix tanh(const Matrix& x) {
  return x.array().tanh();
}

Matrix tanh_grad(const Matrix& x) {
  return 1 - x.array().tanh().square();
}

Matrix relu(const Matrix& x) {
  // Not max(x, 0): what Eigen's max makes of NaN depends on the instruction set.
  return (x.array() < 0).select(0, x);
}

Matrix relu_grad(const Matrix& x) {
  return (x.array() > 0).cast<double>();
}

Matrix activate(Activation activation, const Matrix& x) {
  switch (activation) {
    case Activation::sigmoid:
      return sigmoid(x);
    case Activation::tanh:
      return tanh(x);
    case Activation::relu:
      return relu(x);
  }
  assert(false);
  return x;
}

Matrix activation_grad(Activation activation, const Matrix& x) {
  switch (activation) {
    case Activation::sigmoid:
      return sigmoid_grad(x);
    case Activation::tanh:
      return tanh_grad(x);
    case Activation::relu:
      return relu_grad(x);
  }
  assert(false);
  return x;
}

Matrix softmax(const Matrix& x) {
  const Eigen::VectorXd maximum = x.rowwise().maxCoeff();
  const Matrix e = (x.colwise() - maximum).array().exp();
  const Eigen::VectorXd sum = e.rowwise().sum();
  return e.array().colwise() / sum.array();
}

double mean_squared_error(const Matrix& y, const Matrix& t) {
  assert(y.rows() == t.rows() && y.cols() == t.cols());
  return 0.5 * (y - t).squaredNorm() / static_cast<double>(y.rows());
}

double mean_squared_error(const Matrix& y, std::span<const std::uint8_t> labels) {
  return mean_squared_error(y, one_hot(labels, static_cast<std::size_t>(y.cols())));
}

double cross_entropy_error(const Matrix& y, const Matrix& t) {
  assert(y.rows() == t.rows() && y.cols() == t.cols());
  return -(t.array() * (y.array() + 1e-7).log()).sum() / static_cast<double>(y.rows());
}

double cross_entropy_error(const Matrix& y, std::span<const std::uint8_t> labels) {
  return cross_entropy_error(y, one_hot(labels, static_cast<std::size_t>(y.cols())));
}

double cross_entropy_error_exact(const Matrix& y, std::span<const std::uint8_t> labels) {
  assert(static_cast<std::size_t>(y.rows()) == labels.size());
  // Not Σ t·log y: 0·log 0 is not a number.
  double sum = 0;
  for (Eigen::Index i = 0; i < y.rows(); ++i) sum -= std::log(y(i, labels[static_cast<std::size_t>(i)]));
  return sum / static_cast<double>(y.rows());
}

Matrix one_hot(std::span<const std::uint8_t> labels, std::size_t classes) {
  Matrix t = Matrix::Zero(static_cast<Eigen::Index>(labels.size()), static_cast<Eigen::Index>(classes));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    assert(labels[i] < classes);
    t(static_cast<Eigen::Index>(i), labels[i]) = 1;
  }
  return t;
}

double numerical_diff(const std::function<double(double)>& f, double x) {
  return (f(x + step) - f(x - step)) / (2 * step);
}

Matrix numerical_gradient(const std::function<double()>& f, Eigen::Ref<Matrix> x) {
  // x may be a parameter that its owner goes on using, so an exception out of f must not leave it moved.
  struct Restored {
    double& element;
    const double value;
    ~Restored() { element = value; }
  };
  Matrix gradient(x.rows(), x.cols());
  for (Eigen::Index i = 0; i < x.rows(); ++i)
    for (Eigen::Index j = 0; j < x.cols(); ++j) {
      const Restored original{x(i, j), x(i, j)};
      const auto f_at = [&](double value) {
        original.element = value;
        return f();
      };
      gradient(i, j) = numerical_diff(f_at, original.value);
    }
  return gradient;
}

Matrix numerical_gradient(const std::function<double(const Matrix&)>& f, Matrix x) {
  return numerical_gradient([&] { return f(x); }, x);
}

Matrix gradient_descent(const std::function<double(const Matrix&)>& f, Matrix x, double learning_rate,
                        int steps) {
  for (int i = 0; i < steps; ++i) x -= learning_rate * numerical_gradient(f, x);
  return x;
}

}  // namespace runner::nn
