// Partial derivatives of x0² + x1² at (3, 4): each of a function of one variable (4.3).

#include "runner/nn/functions.hpp"

#include <cstdio>

int main() {
  const auto by_x0 = [](double x0) { return x0 * x0 + 4.0 * 4.0; };
  const auto by_x1 = [](double x1) { return 3.0 * 3.0 + x1 * x1; };
  std::printf("by x0  %.14f\n", runner::nn::numerical_diff(by_x0, 3));
  std::printf("by x1  %.14f\n", runner::nn::numerical_diff(by_x1, 4));
}
