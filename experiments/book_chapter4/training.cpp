// Mini-batch training of TwoLayerNet on 6,000 images, with training and test accuracy after each epoch (4.5).

#include "runner/data/batch_order.hpp"
#include "runner/data/dataset.hpp"
#include "runner/nn/two_layer_net.hpp"

#include <cstdio>
#include <vector>

using namespace runner;

/// Images as rows of numbers from 0 to 1.
static nn::Matrix rows_of(const Dataset& data, const LabelledImages& set) {
  nn::Matrix x(static_cast<Eigen::Index>(set.count), static_cast<Eigen::Index>(data.pixels));
  for (Eigen::Index i = 0; i < x.size(); ++i) x.data()[i] = set.pixels[static_cast<std::size_t>(i)] / 255.0;
  return x;
}

int main() {
  const Dataset data = load_dataset({.train_size = 6000, .test_size = 1000});
  const nn::Matrix x_train = rows_of(data, data.train), x_test = rows_of(data, data.test);
  constexpr std::size_t batch_size = 100;
  constexpr double learning_rate = 0.5;

  nn::TwoLayerNet net(784, 50, 10, /*seed=*/1);
  std::printf("epoch    loss   train    test\n");
  for (std::uint32_t epoch = 0; epoch <= 8; ++epoch) {
    std::vector<std::uint32_t> order;
    if (epoch > 0)
      epoch_order(Sampling::with_replacement, /*seed=*/1, epoch, data.train.count, batch_size, order);
    for (std::size_t begin = 0; begin < order.size(); begin += batch_size) {
      nn::Matrix x(batch_size, x_train.cols());
      std::vector<std::uint8_t> labels;
      for (std::size_t i = 0; i < batch_size; ++i) {
        x.row(static_cast<Eigen::Index>(i)) = x_train.row(order[begin + i]);
        labels.push_back(data.train.labels[order[begin + i]]);
      }
      net.update(net.gradient(x, labels), learning_rate);
    }
    std::printf("%5u  %6.4f  %.4f  %.4f\n", epoch, net.loss(x_train, data.train.labels),
                net.accuracy(x_train, data.train.labels), net.accuracy(x_test, data.test.labels));
  }
}
