#include "evenly_spaced.hpp"

#include <algorithm>

namespace runner {

std::vector<std::size_t> evenly_spaced(std::size_t first, std::size_t last, std::size_t most) {
  std::vector<std::size_t> chosen;
  const std::size_t n = last - first + 1;
  const std::size_t count = std::min(n, most);
  for (std::size_t i = 0; i < count; ++i)
    chosen.push_back(count == 1 ? first : first + i * (n - 1) / (count - 1));
  return chosen;
}

}  // namespace runner
