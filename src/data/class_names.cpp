#include "runner/data/class_names.hpp"

#include <array>
#include <cstddef>

namespace runner {
namespace {

constexpr std::array fashion_mnist_classes{"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                                           "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};

}  // namespace

std::vector<std::string> class_names(const DatasetFacts& data) {
  if (data.name == "fashion-mnist" && data.classes == fashion_mnist_classes.size())
    return {fashion_mnist_classes.begin(), fashion_mnist_classes.end()};
  std::vector<std::string> numbers;
  for (std::size_t number = 0; number < data.classes; ++number) numbers.push_back(std::to_string(number));
  return numbers;
}

}  // namespace runner
