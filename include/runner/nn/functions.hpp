#pragma once

#include "runner/model/enumerations.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include <Eigen/Core>

/// The network of "Deep Learning from Scratch", chapters 3 to 6: double precision, one line per formula, no
/// tricks for speed. `training` is tested against it. All functions are pure and thread-safe. A mean
/// over no rows is NaN.
namespace runner::nn {

/// Row-major as in NumPy: a row is one example.
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// 1 / (1 + exp(−x)), element by element.
Matrix sigmoid(const Matrix& x);

/// The derivative of the sigmoid at x: (1 − sigmoid(x))·sigmoid(x).
Matrix sigmoid_grad(const Matrix& x);

/// (exp(x) − exp(−x)) / (exp(x) + exp(−x)), element by element.
Matrix tanh(const Matrix& x);

/// The derivative of tanh at x: 1 − tanh(x)².
Matrix tanh_grad(const Matrix& x);

/// max(x, 0), element by element. NaN stays NaN.
Matrix relu(const Matrix& x);

/// The derivative of relu at x: 1 where x > 0, else 0. At 0, where relu has no derivative, it is 0.
Matrix relu_grad(const Matrix& x);

/// The activation's function above, and its derivative.
Matrix activate(Activation activation, const Matrix& x);
Matrix activation_grad(Activation activation, const Matrix& x);

/// exp(x) / Σ exp(x) along each row, shifted by the row's maximum so that it cannot overflow.
Matrix softmax(const Matrix& x);

/// ½·Σ (y − t)² over the classes, averaged over the rows. y, t: N×C, t one-hot.
double mean_squared_error(const Matrix& y, const Matrix& t);
/// The same with labels instead of one-hot rows.
double mean_squared_error(const Matrix& y, std::span<const std::uint8_t> labels);

/// −Σ t·log(y + 1e-7) over the classes, averaged over the rows. y, t: N×C, t one-hot.
double cross_entropy_error(const Matrix& y, const Matrix& t);
/// The same with labels instead of one-hot rows.
double cross_entropy_error(const Matrix& y, std::span<const std::uint8_t> labels);

/// −log y_t, averaged over the rows: without the 1e-7, infinite where y_t = 0. The book's figures are printed
/// from this one.
double cross_entropy_error_exact(const Matrix& y, std::span<const std::uint8_t> labels);

/// N×classes, a 1 at each label. Labels are below `classes`.
Matrix one_hot(std::span<const std::uint8_t> labels, std::size_t classes);

/// The step of the central differences, h.
inline constexpr double step = 1e-4;

/// (f(x + h) − f(x − h)) / 2h, h = 1e-4.
double numerical_diff(const std::function<double(double)>& f, double x);

/// Partial derivatives of f by every element of x, by central differences with h = 1e-4.
/// f reads x (it takes no argument, so that x may be a parameter inside a network); x is changed while f runs
/// and restored bit for bit, also when f throws.
Matrix numerical_gradient(const std::function<double()>& f, Eigen::Ref<Matrix> x);

/// The same for a function of its argument, the book's form.
Matrix numerical_gradient(const std::function<double(const Matrix&)>& f, Matrix x);

/// `steps` times x ← x − learning_rate·∂f/∂x from `x`, gradients by central differences. Returns the last x.
Matrix gradient_descent(const std::function<double(const Matrix&)>& f, Matrix x, double learning_rate = 0.01,
                        int steps = 100);

}  // namespace runner::nn
