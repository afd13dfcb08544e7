// The way of gradient descent on x0² + x1² from (-3, 4) at a learning rate of 0.1, for a plot (4.4).

#include "runner/nn/functions.hpp"

#include <cstdio>

int main() {
  using namespace runner::nn;
  const auto f = [](const Matrix& x) { return x(0) * x(0) + x(1) * x(1); };
  Matrix x(1, 2);
  x << -3, 4;
  std::printf("step,x0,x1,f\n");
  for (int step = 0; step <= 20; ++step) {
    std::printf("%d,%.4f,%.4f,%.4f\n", step, x(0), x(1), f(x));
    x = gradient_descent(f, x, 0.1, 1);
  }
}
