#pragma once

#include "runner/model/limits.hpp"

#include <cstddef>
#include <cstdint>

namespace runner {

/// The largest magnitude of a fixed-point entry: three signed bytes, 127·2^16 + 127·2^8 + 127.
inline constexpr std::int32_t fixed_point_limit = 8'355'711;

static_assert(max_terms * 255 * std::size_t{fixed_point_limit} < std::size_t{1} << 53);

/// Hidden units are computed side by side in blocks of so many, as are the images of short sums.
inline constexpr std::size_t lanes = 16;

/// Images whose losses are summed before these sums are: CohortTrainer::evaluate.
inline constexpr std::size_t evaluated_together = 256;

/// n rounded up to a multiple of `lanes`.
constexpr std::size_t padded(std::size_t n) {
  return (n + lanes - 1) / lanes * lanes;
}

}  // namespace runner
