#pragma once

// A block's hidden units in the lanes of a register, or of two. Everything here has internal linkage, because
// it is compiled per instruction set.

#include "fixed_point.hpp"
#include "registers.hpp"
#include "unrolled.hpp"

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

/// Calls write(quad, reg, q) for every four terms of a block, with their fixed-point numbers of the units in
/// register `reg`; the last are filled up with zeros.
template <class Write>
inline void for_each_quad(const float* values, std::size_t terms, const float* power, const Write& write) {
  constexpr std::size_t four = 4;
  for (std::size_t reg = 0; reg < registers_per_block; ++reg) {
    const float* from = values + reg * register_lanes;
    const Floats powers = load(power + reg * register_lanes);
    std::size_t quad = 0;
    for (; (quad + 1) * four <= terms; ++quad, from += four * lanes) {
      Ints q[four];
      unrolled<four>([&](auto i) { q[i] = to_ints(load(from + i * lanes) * powers); });
      write(quad, reg, q);
    }
    if (const std::size_t rest = terms % four; rest != 0) {
      Ints q[four] = {};
      for (std::size_t i = 0; i < rest; ++i) q[i] = to_ints(load(from + i * lanes) * powers);
      write(quad, reg, q);
    }
  }
}

}  // namespace
}  // namespace runner
