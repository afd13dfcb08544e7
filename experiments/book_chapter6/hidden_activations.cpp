// What the hidden layer makes of 1,000 images before any training: three activations, four ways to draw the
// weights (6.2). For each network the standard deviation of its z; the share of z within 0.01 of an end of
// the activation, where its slope is as good as 0; and for a plot a histogram: its ends, the share in each of
// 30 bins.

#include "runner/data/dataset.hpp"
#include "runner/nn/two_layer_net.hpp"

#include "activations.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

using namespace runner;

static void print(const nn::Matrix& z, bool ends_below, bool ends_above) {
  const double low = ends_below ? -1 : 0, high = ends_above ? 1 : z.maxCoeff();
  int at_an_end = 0;
  std::vector<int> bins(30);
  for (const double value : z.reshaped()) {
    at_an_end += value < low + 0.01 || (ends_above && value > high - 0.01);
    ++bins[std::min<std::size_t>(29, static_cast<std::size_t>(30 * (value - low) / (high - low)))];
  }
  const double n = static_cast<double>(z.size());
  std::printf(",%.3f,%.3f,%g,%.3g", std_of(z), at_an_end / n, low, high);
  for (const int count : bins) std::printf(",%.4f", count / n);
  std::printf("\n");
}

int main() {
  const Dataset data = load_dataset({.train_size = 1000});
  nn::Matrix x(1000, 784);
  for (Eigen::Index i = 0; i < x.size(); ++i)
    x.data()[i] = data.train.pixels[static_cast<std::size_t>(i)] / 255.0;

  std::printf("activation,weights,std,at an end,low,high\n");
  for (const Activation activation : {Activation::sigmoid, Activation::tanh, Activation::relu})
    for (const auto& [name, init, std] : ways) {
      const nn::TwoLayerNet net(784, 100, 10, /*seed=*/1, std, nn::LossFunction::cross_entropy_error,
                                {.activation = activation, .weight_init = init});
      std::printf("%s,%s", to_string(activation).data(), name);
      print(net.hidden(x), activation == Activation::tanh, activation != Activation::relu);
    }
}
