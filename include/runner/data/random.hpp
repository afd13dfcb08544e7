#pragma once

#include <array>
#include <cstdint>

namespace runner {

/// What random numbers are for. Streams of different purpose never overlap.
enum class RandomPurpose : std::uint32_t {
  initial_W1 = 1,
  initial_W2 = 2,
  shuffle = 3,
  with_replacement = 4,
  dropout = 5,
  label_noise = 6,
  search = 7,
  scrambling = 8
};

/// Counter-based random integers: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1,
/// 2, 3"; Random123).
///
/// Two 64-bit numbers for each (seed, purpose, stream, block): any of them can be drawn without those before
/// it. In words of 32 bits, key k = (low, high half of seed), counter c = (low, high half of block, stream,
/// purpose). Ten rounds follow. Each replaces c, then adds (0x9E3779B9, 0xBB67AE85) to k, modulo 2^32:
///
///   c ← (high(p1) ^ c1 ^ k0, low(p1), high(p0) ^ c3 ^ k1, low(p0)),  p0 = 0xD2511F53·c0, p1 = 0xCD9E8D57·c2
///
/// The results are words (0, 1) and (2, 3) of c, low word first. Pure, thread-safe.
std::array<std::uint64_t, 2> random_block(std::uint64_t seed, RandomPurpose purpose, std::uint32_t stream,
                                          std::uint64_t block);

/// The numbers of one stream in order: both of block 0, both of block 1, … Not shared between threads.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, RandomPurpose purpose, std::uint32_t stream);

  std::uint64_t next();

  /// Uniform on 0 … bound−1 without bias (Lemire 2019, "Fast random integer generation in an interval",
  /// on 64-bit numbers with rejection): ⌊x·bound/2^64⌋ of the next x with x·bound mod 2^64 ≥ 2^64 mod bound;
  /// those before it are passed over. `bound` > 0.
  std::uint64_t below(std::uint64_t bound);

 private:
  std::uint64_t seed_;
  RandomPurpose purpose_;
  std::uint32_t stream_;
  std::uint64_t drawn_ = 0;
  std::array<std::uint64_t, 2> block_{};
};

}  // namespace runner
