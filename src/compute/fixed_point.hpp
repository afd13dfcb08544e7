#pragma once

// How a row of float32 numbers is written in fixed point: the definition all kernels share. Everything here
// has internal linkage, because it is compiled per instruction set.

#include "runner/compute/arithmetic.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>

namespace runner {
namespace {

/// A row's common factor: q = rint(w·power), and c = 1/(power·255).
struct RowScale {
  float power;  ///< 2^e; 0 for a row that holds a NaN or an infinity, whose q are 0
  double c;     ///< NaN for such a row
};

/// From the largest of the bit patterns of |w|: their order as integers is the order of the numbers, NaN and
/// infinity on top.
inline RowScale row_scale(std::uint32_t largest) {
  if (largest >= 0x7f800000u) return {0.0f, std::bit_cast<double>(std::uint64_t{0x7ff8} << 48)};
  int e = 0;
  if (largest != 0) {
    // |w| = m·2^(k-23) with 2^23 ≤ m < 2^24, so |w|·2^(22-k) = m/2: one more bit would be too many, and this
    // one is where m/2 would round to more than the limit.
    const int k = static_cast<int>(largest >> 23) - 127;
    const std::uint32_t m = (largest & 0x7fffffu) | 0x800000u;
    e = m < 2u * fixed_point_limit + 1u ? 22 - k : 21 - k;
    if (e > 126) e = 126;
  }
  const float power = std::bit_cast<float>(static_cast<std::uint32_t>(e + 127) << 23);
  return {power, 1.0 / static_cast<double>(power) / 255.0};
}

/// The bits of |w|.
inline std::uint32_t magnitude_bits(float w) {
  return std::bit_cast<std::uint32_t>(w) & 0x7fffffffu;
}

inline std::uint32_t largest_magnitude(const float* row, std::size_t terms) {
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i < terms; ++i) {
    const std::uint32_t bits = magnitude_bits(row[i]);
    largest = bits > largest ? bits : largest;
  }
  return largest;
}

/// rint(w·power), half to even, for |w·power| < 2^23: adding 2^23 leaves the integer in the low bits.
/// Not for a row with power 0.
inline std::int32_t fixed_point(float w, float power) {
  const float magnitude = std::bit_cast<float>(magnitude_bits(w)) * power;
  const auto integer =
      static_cast<std::int32_t>(std::bit_cast<std::uint32_t>(magnitude + 8388608.0f) - 0x4b000000u);
  return std::bit_cast<std::uint32_t>(w) >> 31 ? -integer : integer;
}

}  // namespace
}  // namespace runner
