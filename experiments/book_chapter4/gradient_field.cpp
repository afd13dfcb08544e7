// The gradient of x0² + x1² on a grid, for a plot: where, and the way down (4.4).

#include "runner/nn/functions.hpp"

#include <cstdio>

int main() {
  using namespace runner::nn;
  const auto f = [](const Matrix& x) { return x(0) * x(0) + x(1) * x(1); };
  std::printf("x0,x1,down0,down1\n");
  for (int i = -8; i <= 8; ++i)
    for (int j = -8; j <= 8; ++j) {
      Matrix x(1, 2);
      x << 0.25 * i, 0.25 * j;
      const Matrix gradient = numerical_gradient(f, x);
      std::printf("%.2f,%.2f,%.4f,%.4f\n", x(0), x(1), -gradient(0) + 0.0, -gradient(1) + 0.0);
    }
}
