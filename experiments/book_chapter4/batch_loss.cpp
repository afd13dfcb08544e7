// Cross entropy of a mini-batch, from one-hot rows and from labels (4.2).

#include "runner/nn/functions.hpp"

#include <cstdint>
#include <cstdio>
#include <vector>

int main() {
  using namespace runner::nn;
  Matrix y(3, 4);
  y << 0.7, 0.1, 0.1, 0.1,  //
      0.2, 0.5, 0.2, 0.1,   //
      0.3, 0.3, 0.3, 0.1;
  const std::vector<std::uint8_t> labels{0, 1, 3};
  const Matrix t = one_hot(labels, 4);
  std::printf("image by image ");
  for (Eigen::Index n = 0; n < y.rows(); ++n) std::printf("  %.6f", cross_entropy_error(y.row(n), t.row(n)));
  std::printf("\nmean, one-hot    %.6f\n", cross_entropy_error(y, t));
  std::printf("mean, labels     %.6f\n", cross_entropy_error(y, labels));
}
