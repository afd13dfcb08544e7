#pragma once

// A block's hidden units in the lanes of a register, or of two. Everything here has internal linkage, because
// it is compiled per instruction set.

#include "fixed_point.hpp"
#include "unrolled.hpp"

#include <immintrin.h>

namespace runner {
namespace {

/// Hidden units in a register.
#ifdef __AVX512F__
inline constexpr std::size_t part = 16;
#else
inline constexpr std::size_t part = 8;
#endif
inline constexpr std::size_t parts = lanes / part;

using Ints = std::int32_t __attribute__((vector_size(part * sizeof(std::int32_t))));
using Words = std::uint32_t __attribute__((vector_size(part * sizeof(std::uint32_t))));
using Floats = float __attribute__((vector_size(part * sizeof(float))));

inline Floats load(const float* p) {
  return *reinterpret_cast<const Floats*>(p);
}
inline void store(float* p, Floats v) {
  *reinterpret_cast<Floats*>(p) = v;
}

/// Rounded half to even.
inline Ints to_ints(Floats v) {
#ifdef __AVX512F__
  return reinterpret_cast<Ints>(_mm512_cvtps_epi32(v));
#else
  return reinterpret_cast<Ints>(_mm256_cvtps_epi32(v));
#endif
}

inline Words to_words(Ints v) {
  return reinterpret_cast<Words>(v);
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

/// Calls write(word, p, q) for every four terms of a block, with their fixed-point numbers in part p; the
/// last are filled up with zeros.
template <class Write>
inline void for_each_word(const float* values, std::size_t terms, const float* power, const Write& write) {
  constexpr std::size_t four = 4;
  for (std::size_t p = 0; p < parts; ++p) {
    const float* from = values + p * part;
    const Floats powers = load(power + p * part);
    std::size_t word = 0;
    for (; (word + 1) * four <= terms; ++word, from += four * lanes) {
      Ints q[four];
      unrolled<four>([&](auto i) { q[i] = to_ints(load(from + i * lanes) * powers); });
      write(word, p, q);
    }
    if (const std::size_t rest = terms % four; rest != 0) {
      Ints q[four] = {};
      for (std::size_t i = 0; i < rest; ++i) q[i] = to_ints(load(from + i * lanes) * powers);
      write(word, p, q);
    }
  }
}

}  // namespace
}  // namespace runner
