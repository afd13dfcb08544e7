#pragma once

// registers.hpp for SSE2, AVX2 and AVX-512.

#include <cstddef>
#include <cstdint>

#include <immintrin.h>

namespace runner {
namespace {

#if defined(__AVX512F__)
inline constexpr std::size_t register_lanes = 16;
#elif defined(__AVX2__)
inline constexpr std::size_t register_lanes = 8;
#else
inline constexpr std::size_t register_lanes = 4;
#endif

using Ints = std::int32_t __attribute__((vector_size(register_lanes * sizeof(std::int32_t))));
using Uints = std::uint32_t __attribute__((vector_size(register_lanes * sizeof(std::uint32_t))));
using Longs = std::uint64_t __attribute__((vector_size(register_lanes * sizeof(std::uint32_t))));
using Floats = float __attribute__((vector_size(register_lanes * sizeof(float))));

inline Ints to_ints(Floats v) {
#if defined(__AVX512F__)
  return reinterpret_cast<Ints>(_mm512_cvtps_epi32(v));
#elif defined(__AVX2__)
  return reinterpret_cast<Ints>(_mm256_cvtps_epi32(v));
#else
  return reinterpret_cast<Ints>(_mm_cvtps_epi32(v));
#endif
}

inline Longs multiply_low_halves(Longs a, Longs b) {
#if defined(__AVX512F__)
  return reinterpret_cast<Longs>(
      _mm512_mul_epu32(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#elif defined(__AVX2__)
  return reinterpret_cast<Longs>(
      _mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#else
  return reinterpret_cast<Longs>(_mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#endif
}

inline std::uint32_t bits_of(Uints set) {
#if defined(__AVX512F__)
  return _mm512_movepi32_mask(reinterpret_cast<__m512i>(set));
#elif defined(__AVX2__)
  return static_cast<std::uint32_t>(_mm256_movemask_ps(reinterpret_cast<__m256>(set)));
#else
  return static_cast<std::uint32_t>(_mm_movemask_ps(reinterpret_cast<__m128>(set)));
#endif
}

}  // namespace
}  // namespace runner
