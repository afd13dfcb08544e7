#pragma once

// registers.hpp for NEON, which all processors of aarch64 have.

#include <cstddef>
#include <cstdint>

#include <arm_neon.h>

namespace runner {
namespace {

inline constexpr std::size_t register_lanes = 4;

using Ints = std::int32_t __attribute__((vector_size(register_lanes * sizeof(std::int32_t))));
using Uints = std::uint32_t __attribute__((vector_size(register_lanes * sizeof(std::uint32_t))));
using Longs = std::uint64_t __attribute__((vector_size(register_lanes * sizeof(std::uint32_t))));
using Floats = float __attribute__((vector_size(register_lanes * sizeof(float))));

inline Ints to_ints(Floats v) {
  return reinterpret_cast<Ints>(vcvtnq_s32_f32(reinterpret_cast<float32x4_t>(v)));
}

inline Longs multiply_low_halves(Longs a, Longs b) {
  return reinterpret_cast<Longs>(
      vmull_u32(vmovn_u64(reinterpret_cast<uint64x2_t>(a)), vmovn_u64(reinterpret_cast<uint64x2_t>(b))));
}

inline std::uint32_t bits_of(Uints set) {
  const Uints bit = {1, 2, 4, 8};
  return vaddvq_u32(reinterpret_cast<uint32x4_t>(set & bit));
}

}  // namespace
}  // namespace runner
