#include "runner/data/random.hpp"

#include <Random123/philox.h>

namespace runner {
namespace {

__extension__ typedef unsigned __int128 uint128;  // not ISO C++, but in every compiler for 64-bit machines

constexpr std::uint32_t low(std::uint64_t x) {
  return static_cast<std::uint32_t>(x);
}
constexpr std::uint32_t high(std::uint64_t x) {
  return static_cast<std::uint32_t>(x >> 32);
}
constexpr std::uint64_t join(std::uint32_t low, std::uint32_t high) {
  return std::uint64_t{high} << 32 | low;
}

}  // namespace

std::array<std::uint64_t, 2> random_block(std::uint64_t seed, RandomPurpose purpose, std::uint32_t stream,
                                          std::uint64_t block) {
  const r123::Philox4x32::key_type key = {{low(seed), high(seed)}};
  const r123::Philox4x32::ctr_type counter = {
      {low(block), high(block), stream, static_cast<std::uint32_t>(purpose)}};
  const r123::Philox4x32::ctr_type words = r123::Philox4x32()(counter, key);
  return {join(words[0], words[1]), join(words[2], words[3])};
}

RandomStream::RandomStream(std::uint64_t seed, RandomPurpose purpose, std::uint32_t stream)
    : seed_(seed), purpose_(purpose), stream_(stream) {}

std::uint64_t RandomStream::next() {
  const std::uint64_t word = drawn_ % 2;
  if (word == 0) block_ = random_block(seed_, purpose_, stream_, drawn_ / 2);
  ++drawn_;
  return block_[word];
}

// The high half of x·bound is the number drawn. Each value has floor or ceil of 2^64/bound x's; the surplus
// ones are those whose low half is below 2^64 mod bound, and they are drawn again. The division is needed
// only when the low half is below bound: almost never.
std::uint64_t RandomStream::below(std::uint64_t bound) {
  uint128 product = uint128{next()} * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t surplus = (0 - bound) % bound;  // 2^64 mod bound
    while (static_cast<std::uint64_t>(product) < surplus) product = uint128{next()} * bound;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

}  // namespace runner
