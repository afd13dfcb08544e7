#pragma once

// How float32 numbers are written in fixed point, and how sums become products: the definition all kernels
// share. Everything here has internal linkage, because it is compiled per instruction set.

#include "runner/compute/arithmetic.hpp"
#include "runner/compute/kernel.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>

namespace runner {
namespace {

/// A unit's exponent: q = rint(w·power), power = 2^e; 0 for a unit that holds a NaN or an infinity, whose q
/// are 0.
struct UnitScale {
  float power;
  float high, low;  ///< as in Factors
};

/// From the largest of the bit patterns of |w|: their order as integers is the order of the numbers, NaN and
/// infinity on top. Without branches, so that a loop over units becomes vector code.
inline UnitScale unit_scale(std::int32_t largest) {
  // |w| = m·2^(k-23) with 2^23 ≤ m < 2^24, so |w|·2^(22-k) = m/2: one more bit would be too many, and this
  // one is where m/2 would round to more than the limit.
  const std::int32_t k = (largest >> 23) - 127;
  const std::int32_t m = (largest & 0x7fffff) | 0x800000;
  std::int32_t e = m < 2 * fixed_point_limit + 1 ? 22 - k : 21 - k;
  e = e > 100 ? 100 : e;
  e = largest == 0 ? 0 : e;
  const bool finite = largest < 0x7f800000;
  const auto power_of_two = [](std::int32_t exponent) {
    return std::bit_cast<float>((exponent + 127) << 23);
  };
  const float nan = std::bit_cast<float>(0x7fc00000);
  return {finite ? power_of_two(e) : 0.0f, finite ? power_of_two(8 - e) : nan,
          finite ? power_of_two(-8 - e) : nan};
}

/// The bits of |w|, as a number that sorts as |w| does.
inline std::int32_t magnitude_bits(float w) {
  return std::bit_cast<std::int32_t>(w) & 0x7fffffff;
}

/// rint(w·power), half to even, for |w·power| < 2^23: adding 2^23 leaves the integer in the low bits.
/// Not for a unit with power 0.
inline std::int32_t fixed_point(float w, float power) {
  const float magnitude = std::bit_cast<float>(magnitude_bits(w)) * power;
  const std::int32_t integer = std::bit_cast<std::int32_t>(magnitude + 8388608.0f) - 0x4b000000;
  return std::bit_cast<std::int32_t>(w) < 0 ? -integer : integer;
}

/// Sets the factors of all units from their largest magnitudes, and power[unit] = 2^e.
inline void set_scales(const std::int32_t* largest, Factors& factors, float* power) {
  for (std::size_t l = 0; l < lanes; ++l) {
    const UnitScale scale = unit_scale(largest[l]);
    power[l] = scale.power;
    factors.high[l] = scale.high;
    factors.low[l] = scale.low;
  }
}

/// The same from the numbers themselves.
inline void find_scales(const float* values, std::size_t terms, Factors& factors, float* power) {
  std::int32_t largest[lanes] = {};
  for (std::size_t i = 0; i < terms; ++i)
    for (std::size_t l = 0; l < lanes; ++l) {
      const std::int32_t bits = magnitude_bits(values[i * lanes + l]);
      largest[l] = bits > largest[l] ? bits : largest[l];
    }
  set_scales(largest, factors, power);
}

/// The product from the two parts of a sum, for one unit or for a register of them.
template <class Floats>
inline Floats product(Floats high_part, Floats low_part, Floats high, Floats low) {
  const Floats t = high_part * high + low_part * low;
  return t + t * (1.0f / 255.0f);
}

/// The product of a sum that double holds exactly.
inline float product(double sum, float high, float low) {
  // Adding 1.5·2^52 rounds to an integer; where that is above, one less is the floor.
  constexpr double round = 6755399441055744.0;
  double high_part = (sum * 0x1p-16 + round) - round;
  high_part = high_part * 0x1p16 > sum ? high_part - 1.0 : high_part;
  const double low_part = sum - high_part * 0x1p16;
  return product(static_cast<float>(high_part), static_cast<float>(low_part), high, low);
}

}  // namespace
}  // namespace runner
