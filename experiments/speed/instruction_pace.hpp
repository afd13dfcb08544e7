#pragma once

// How fast this processor multiplies when it does nothing else: the instructions of the kernels, everything
// in registers, more sums at once than an addition takes cycles. Each needs a processor that has it.

#include <chrono>
#include <limits>

namespace runner {

enum class Instruction {
  madd_and_add,     ///< VPMADDWD and VPADDD, 8 lanes: a pair of 16-bit products, added up
  dot_product_256,  ///< VPDPBUSD, 8 lanes, as AVX-VNNI has it
  dot_product_512,  ///< VPDPBUSD, 16 lanes
  tile_product      ///< TDPBUSD, 16 rows × 64 bytes
};

namespace pace {

inline constexpr int sums = 12;
inline constexpr int rounds = 20'000;

#define RUNNER_REGISTERS                                                                                     \
  "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", \
      "xmm13", "xmm14", "xmm15"
#define RUNNER_TWELVE_TIMES(instruction) \
  ".irp i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11\n\t" instruction "\n\t.endr"

/// `sums` instructions.
inline void twelve(Instruction instruction) {
  switch (instruction) {
    case Instruction::madd_and_add:
      asm volatile(
          RUNNER_TWELVE_TIMES("vpmaddwd %%ymm12, %%ymm13, %%ymm14\n\tvpaddd %%ymm14, %%ymm\\i, %%ymm\\i")::
              : RUNNER_REGISTERS);
      return;
    case Instruction::dot_product_256:
      asm volatile(RUNNER_TWELVE_TIMES("%{vex%} vpdpbusd %%ymm12, %%ymm13, %%ymm\\i")::: RUNNER_REGISTERS);
      return;
    case Instruction::dot_product_512:
      asm volatile(RUNNER_TWELVE_TIMES("vpdpbusd %%zmm12, %%zmm13, %%zmm\\i")::: RUNNER_REGISTERS);
      return;
    case Instruction::tile_product:
      asm volatile(".rept 2\n\t.irp i, 0, 1, 2, 3, 4, 5\n\ttdpbusd %tmm7, %tmm6, %tmm\\i\n\t.endr\n\t.endr");
      return;
  }
}

/// Tiles of 16 rows of 64 bytes, all zero.
inline void begin_tiles() {
  struct alignas(64) {
    unsigned char palette = 1, start_row = 0, reserved[14] = {};
    unsigned short row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    unsigned char rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  } shapes;
  asm volatile("ldtilecfg %0" ::"m"(shapes));
}

}  // namespace pace

/// Nanoseconds that one instruction (of madd_and_add: the two) takes; the best of several stretches.
inline double ns_of(Instruction instruction) {
  using Clock = std::chrono::steady_clock;
  if (instruction == Instruction::tile_product) pace::begin_tiles();
  double best = std::numeric_limits<double>::infinity();
  for (int stretch = 0; stretch < 20; ++stretch) {
    const auto start = Clock::now();
    for (int n = 0; n < pace::rounds; ++n) pace::twelve(instruction);
    const double ns = std::chrono::duration<double, std::nano>(Clock::now() - start).count();
    best = ns < best ? ns : best;
  }
  if (instruction == Instruction::tile_product) asm volatile("tilerelease");
  return best / (pace::rounds * pace::sums);
}

}  // namespace runner
