// 0.01x² + 0.1x with its tangents at 5 and 10, for a plot: x, f, and the two lines (4.3).

#include "runner/nn/functions.hpp"

#include <cstdio>

int main() {
  const auto f = [](double x) { return 0.01 * (x * x) + 0.1 * x; };
  const auto tangent = [&](double at, double x) {
    return runner::nn::numerical_diff(f, at) * (x - at) + f(at);
  };
  std::printf("x,f,tangent_at_5,tangent_at_10\n");
  for (int x = 0; x <= 20; ++x) std::printf("%d,%.4f,%.4f,%.4f\n", x, f(x), tangent(5, x), tangent(10, x));
}
