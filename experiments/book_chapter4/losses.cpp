// Mean squared error and cross entropy of two answers to an image of a 2 (4.2).

#include "runner/nn/functions.hpp"

#include <cstdio>

int main() {
  using namespace runner::nn;
  Matrix t(1, 10), sure(1, 10), wrong(1, 10);
  t << 0, 0, 1, 0, 0, 0, 0, 0, 0, 0;
  sure << 0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0;
  wrong << 0.1, 0.05, 0.1, 0.0, 0.05, 0.1, 0.0, 0.6, 0.0, 0.0;
  std::printf("                     \"2\" with 0.6   \"7\" with 0.6\n");
  std::printf("mean squared error  %13.6f  %13.6f\n", mean_squared_error(sure, t),
              mean_squared_error(wrong, t));
  std::printf("cross entropy       %13.6f  %13.6f\n", cross_entropy_error(sure, t),
              cross_entropy_error(wrong, t));
}
