// Gradient descent on x0² + x1² from (-3, 4), a hundred steps: a learning rate that is right, one that is too
// large, one that is too small (4.4).

#include "runner/nn/functions.hpp"

#include <cstdio>

int main() {
  using namespace runner::nn;
  const auto f = [](const Matrix& x) { return x(0) * x(0) + x(1) * x(1); };
  Matrix start(1, 2);
  start << -3, 4;
  for (const double learning_rate : {0.1, 10.0, 1e-10}) {
    const Matrix x = gradient_descent(f, start, learning_rate, 100);
    std::printf("learning rate %5g  (%.5e, %.5e)\n", learning_rate, x(0), x(1));
  }
}
