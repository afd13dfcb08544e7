#include "runner/compute/initial_weights.hpp"

#include <algorithm>
#include <array>

namespace runner {

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
