// The parameters of TwoLayerNet and their shapes (4.5).

#include "runner/nn/two_layer_net.hpp"

#include <cstdio>

int main() {
  using namespace runner::nn;
  const TwoLayerNet net(784, 100, 10, /*seed=*/1);
  const auto print = [](const char* name, const Matrix& m) {
    std::printf("%s  %3dx%d\n", name, static_cast<int>(m.rows()), static_cast<int>(m.cols()));
  };
  print("W1", net.params.W1);
  print("b1", net.params.b1);
  print("W2", net.params.W2);
  print("b2", net.params.b2);
  const Matrix x = Matrix::Constant(100, 784, 0.5);
  print("y ", net.predict(x));
}
