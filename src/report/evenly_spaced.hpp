#pragma once

#include <cstddef>
#include <vector>

namespace runner {

/// `most` at most of first … last, both among them, evenly.
std::vector<std::size_t> evenly_spaced(std::size_t first, std::size_t last, std::size_t most);

}  // namespace runner
