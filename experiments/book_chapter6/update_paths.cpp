// The ways of four optimizers on x²/20 + y² from (-7, 2), 30 steps each, for a plot (6.1).

#include "runner/nn/optimizers.hpp"

#include <cstdio>

int main() {
  using namespace runner::nn;
  Sgd sgd(0.95);
  Momentum momentum(0.1);
  AdaGrad adagrad(1.5);
  Adam adam(0.3);
  UpdateRule* const rules[] = {&sgd, &momentum, &adagrad, &adam};
  Matrix points[4];
  for (Matrix& point : points) {
    point.resize(1, 2);
    point << -7, 2;
  }

  std::printf("step,sgd_x,sgd_y,momentum_x,momentum_y,adagrad_x,adagrad_y,adam_x,adam_y\n");
  for (int t = 0; t <= 30; ++t) {
    std::printf("%d", t);
    for (std::size_t i = 0; i < 4; ++i) {
      std::printf(",%.4f,%.4f", points[i](0), points[i](1));
      Matrix gradient(1, 2);
      gradient << points[i](0) / 10, 2 * points[i](1);
      rules[i]->update(points[i], gradient);
    }
    std::printf("\n");
  }
}
