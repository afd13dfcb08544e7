// The numerical derivative of 0.01x² + 0.1x at 5 and 10 (4.3).

#include "runner/nn/functions.hpp"

#include <cstdio>

int main() {
  const auto f = [](double x) { return 0.01 * (x * x) + 0.1 * x; };
  std::printf(" x  numerical           analytical\n");
  for (const double x : {5.0, 10.0})
    std::printf("%2.0f  %.16f  %.1f\n", x, runner::nn::numerical_diff(f, x), 0.02 * x + 0.1);
}
