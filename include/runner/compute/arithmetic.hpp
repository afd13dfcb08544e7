#pragma once

#include <cstddef>
#include <cstdint>

namespace runner {

/// Raised by any change that alters a bit of any result; part of each run's digest and of the results file.
inline constexpr int arithmetic_version = 2;

/// The largest magnitude of a fixed-point entry: three signed bytes, 127·2^16 + 127·2^8 + 127.
inline constexpr std::int32_t fixed_point_limit = 8'355'711;

/// The most terms of one integer sum (pixels of an image, images of a batch): |Σ x·q| ≤
/// 2^22·255·fixed_point_limit < 2^53, exact in double.
inline constexpr std::size_t max_terms = std::size_t{1} << 22;

/// The most classes there can be: labels are bytes.
inline constexpr std::size_t max_classes = 256;

/// Hidden units are computed side by side in blocks of so many, as are the images of short sums.
inline constexpr std::size_t lanes = 16;

/// n rounded up to a multiple of `lanes`.
constexpr std::size_t padded(std::size_t n) {
  return (n + lanes - 1) / lanes * lanes;
}

}  // namespace runner
