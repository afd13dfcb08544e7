#include "runner/compute/initial_weights.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace runner {

double initial_std(WeightInit init, double weight_init_std, std::size_t inputs) {
  switch (init) {
    case WeightInit::std:
      return weight_init_std;
    case WeightInit::xavier:
      return 1 / std::sqrt(static_cast<double>(inputs));
    case WeightInit::he:
      return std::sqrt(2 / static_cast<double>(inputs));
  }
  return weight_init_std;
}

void initial_weights(const Elementwise& ops, std::uint64_t seed, RandomPurpose purpose, std::size_t hidden,
                     std::size_t width, float std, float* out) {
  constexpr std::size_t chunk = 256;
  std::array<std::uint64_t, chunk> bits;
  for (std::size_t h = 0; h < hidden; ++h) {
    RandomStream stream(seed, purpose, static_cast<std::uint32_t>(h));
    for (std::size_t i = 0; i < width; i += chunk) {
      const std::size_t n = std::min(chunk, width - i);
      for (std::size_t k = 0; k < n; ++k) bits[k] = stream.next();
      ops.normal(bits.data(), n, static_cast<double>(std), out + h * width + i);
    }
  }
}

}  // namespace runner
