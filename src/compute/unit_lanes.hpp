#pragma once

// A block's hidden units in the lanes of a register, or of two. Everything here has internal linkage, because
// it is compiled per instruction set.

#include "fixed_point.hpp"
#include "registers.hpp"
#include "unrolled.hpp"

#include <cstring>

namespace runner {
namespace {

/// Registers for the units of a block.
inline constexpr std::size_t registers_per_block = lanes / register_lanes;

inline Floats load(const float* p) {
  return *reinterpret_cast<const Floats*>(p);
}
inline void store(float* p, Floats v) {
  *reinterpret_cast<Floats*>(p) = v;
}

inline Uints to_uints(Ints v) {
  return reinterpret_cast<Uints>(v);
}
inline Floats to_floats(Ints v) {
  return __builtin_convertvector(v, Floats);
}

/// The larger of each unit's numbers.
inline Ints larger(Ints a, Ints b) {
  return a > b ? a : b;
}

/// Bits of |w|, as in fixed_point.hpp.
inline Ints magnitude_bits(Floats w) {
  return reinterpret_cast<Ints>(w) & 0x7fffffff;
}

/// Terms of a sum that are cut into digits, and multiplied, together.
inline constexpr std::size_t four_terms = 4;

/// 2^e of the units in register `reg`, from their factors; 0 for a unit that contains a NaN or an infinity.
inline Floats power_of(const Factors& factors, std::size_t reg) {
  const Floats high = load(factors.high + reg * register_lanes);
  return high == high ? 256.0f / high : Floats{};
}

/// Whether no unit in register `reg` contains a NaN or an infinity.
inline bool all_finite(const Factors& factors, std::size_t reg) {
  bool finite = true;
  for (std::size_t l = 0; l < register_lanes; ++l) {
    const float low = factors.low[reg * register_lanes + l];
    finite = finite && low == low;
  }
  return finite;
}

/// Sets the factors of weights that have these largest magnitudes. Returns whether all their exponents are
/// what they were, in which case power[unit] = 2^e is that of before and after.
inline bool keep_scales(const std::int32_t* largest, Factors& factors, float* power) {
  const Factors before = factors;
  set_scales(largest, factors, power);
  // Not as numbers, for a NaN does not equal itself.
  return std::memcmp(&before, &factors, sizeof factors) == 0;
}

/// Calls write(quad, reg, q) for every four terms of a block, with their fixed-point numbers of the units in
/// register `reg`; the last are filled up with zeros.
template <class Write>
inline void for_each_quad(const float* values, std::size_t terms, const float* power, const Write& write) {
  for (std::size_t reg = 0; reg < registers_per_block; ++reg) {
    const float* from = values + reg * register_lanes;
    const Floats powers = load(power + reg * register_lanes);
    std::size_t quad = 0;
    for (; (quad + 1) * four_terms <= terms; ++quad, from += four_terms * lanes) {
      Ints q[four_terms];
      unrolled<four_terms>([&](auto i) { q[i] = to_ints(load(from + i * lanes) * powers); });
      write(quad, reg, q);
    }
    if (const std::size_t rest = terms % four_terms; rest != 0) {
      Ints q[four_terms] = {};
      for (std::size_t i = 0; i < rest; ++i) q[i] = to_ints(load(from + i * lanes) * powers);
      write(quad, reg, q);
    }
  }
}

}  // namespace
}  // namespace runner
