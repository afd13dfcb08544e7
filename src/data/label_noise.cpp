#include "runner/data/label_noise.hpp"

#include "runner/data/random.hpp"

namespace runner {

std::vector<std::uint8_t> with_label_noise(std::span<const std::uint8_t> labels, std::size_t classes,
                                           std::uint64_t seed, double share) {
  __extension__ using Product = unsigned __int128;  // not ISO C++, but in every compiler for 64-bit machines
  std::vector<std::uint8_t> noisy(labels.begin(), labels.end());
  for (std::size_t i = 0; i < noisy.size(); ++i) {
    const auto [u, v] = random_block(seed, RandomPurpose::label_noise, 0, i);
    if (static_cast<double>(u >> 11) * 0x1p-53 < share)
      noisy[i] = static_cast<std::uint8_t>(Product{v} * classes >> 64);
  }
  return noisy;
}

}  // namespace runner
