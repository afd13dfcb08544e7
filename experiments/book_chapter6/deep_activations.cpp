// The same in depth, as the book has it: five layers of 100 units, one after the other, and 1,000 inputs of
// 100 normal variates (6.2). For each network the standard deviation of z in each layer.

#include "runner/compute/initial_weights.hpp"
#include "runner/nn/functions.hpp"

#include "activations.hpp"

#include <cstdio>
#include <vector>

using namespace runner;

/// N(0, 1), the same numbers for the same seed.
static nn::Matrix normal_variates(std::uint64_t seed, std::size_t rows, std::size_t columns) {
  std::vector<float> numbers(rows * columns);
  initial_weights(elementwise(best_instruction_set()), seed, RandomPurpose::initial_W1, rows, columns, 1,
                  numbers.data());
  nn::Matrix m(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns));
  for (std::size_t i = 0; i < numbers.size(); ++i) m.data()[i] = numbers[i];
  return m;
}

int main() {
  std::printf("activation,weights,layer 1,layer 2,layer 3,layer 4,layer 5\n");
  for (const Activation activation : {Activation::sigmoid, Activation::tanh, Activation::relu})
    for (const auto& [name, init, std] : ways) {
      std::printf("%s,%s", to_string(activation).data(), name);
      nn::Matrix z = normal_variates(/*seed=*/100, 1000, 100);
      for (std::uint64_t layer = 1; layer <= 5; ++layer) {
        const nn::Matrix W = initial_std(init, std, 100) * normal_variates(layer, 100, 100);
        z = nn::activate(activation, z * W);
        std::printf(",%.3g", std_of(z));
      }
      std::printf("\n");
    }
}
