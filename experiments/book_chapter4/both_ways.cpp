// One gradient both ways: by central differences and by back-propagation, on three images (4.5 and chapter
// 5).

#include "runner/data/dataset.hpp"
#include "runner/nn/two_layer_net.hpp"

#include <cstdio>
#include <span>

int main() {
  using namespace runner;
  const Dataset data = load_dataset({.train_size = 3});
  nn::Matrix x(3, 784);
  for (Eigen::Index i = 0; i < x.size(); ++i)
    x.data()[i] = data.train.pixels[static_cast<std::size_t>(i)] / 255.0;
  const std::span<const std::uint8_t> labels = data.train.labels;

  nn::TwoLayerNet net(784, 50, 10, /*seed=*/1);
  const nn::Parameters slow = net.numerical_gradient(x, labels), fast = net.gradient(x, labels);
  std::printf("    largest gradient  mean difference below\n");
  const auto print = [](const char* name, const nn::Matrix& a, const nn::Matrix& b) {
    const double mean = (a - b).cwiseAbs().mean();
    double bound = 1e-15;  // a power of ten, the same whatever rounding does
    while (bound < mean) bound *= 10;
    std::printf("%s  %16.6f  %21.0e\n", name, b.cwiseAbs().maxCoeff(), bound);
  };
  print("W1", slow.W1, fast.W1);
  print("b1", slow.b1, fast.b1);
  print("W2", slow.W2, fast.W2);
  print("b2", slow.b2, fast.b2);
}
