// A network of one layer, 2×3, and the gradient of its loss by its weights (4.4).

#include "runner/nn/functions.hpp"

#include <cstdio>

namespace {

using runner::nn::Matrix;

void print(const char* name, const Matrix& m) {
  for (Eigen::Index i = 0; i < m.rows(); ++i) {
    std::printf("%-5s", i == 0 ? name : "");
    for (Eigen::Index j = 0; j < m.cols(); ++j) std::printf(" %11.8f", m(i, j));
    std::printf("\n");
  }
}

}  // namespace

int main() {
  Matrix W(2, 3), x(1, 2), t(1, 3);
  W << 0.47355232, 0.9977393, 0.84668094, 0.85557411, 0.03563661, 0.69422093;
  x << 0.6, 0.9;
  t << 0, 0, 1;
  const auto loss = [&] { return runner::nn::cross_entropy_error(runner::nn::softmax(x * W), t); };

  const Matrix scores = x * W;
  Eigen::Index answer;
  scores.row(0).maxCoeff(&answer);
  print("W", W);
  print("x W", scores);
  std::printf("answer %d, loss %.8f\n", static_cast<int>(answer), loss());
  print("dW", runner::nn::numerical_gradient(loss, W));
}
