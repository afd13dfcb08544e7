// The gradient of x0² + x1²: all partial derivatives at once (4.4).

#include "runner/nn/functions.hpp"

#include <cstdio>

int main() {
  using namespace runner::nn;
  const auto f = [](const Matrix& x) { return x(0) * x(0) + x(1) * x(1); };
  Matrix points(3, 2);
  points << 3, 4, 0, 2, 3, 0;
  for (Eigen::Index n = 0; n < points.rows(); ++n) {
    const Matrix gradient = numerical_gradient(f, points.row(n));
    std::printf("at (%.0f, %.0f)  (%.6f, %.6f)\n", points(n, 0), points(n, 1), gradient(0), gradient(1));
  }
}
