#pragma once

// Fixed-point numbers in three signed bytes: q = d2·2^16 + d1·2^8 + d0, each digit −128 … 127. Everything
// here has internal linkage, because it is compiled per instruction set.

#include "unit_lanes.hpp"

namespace runner {
namespace {

/// |Σ x·d| ≤ 65,536·255·128 < 2^31, and so it stays when what the lower digit carries is added: so many terms
/// may be summed in 32 bits.
inline constexpr std::size_t byte_chunk_terms = 65'536;

/// The digits of four terms, a byte each: d0 to digits[0], d1 to digits[stride], d2 to digits[2·stride].
inline void byte_digits(const Ints (&q)[4], Uints* digits, std::size_t stride) {
  // Adding 128 to each digit makes them bytes of one positive number; flipping their top bits takes it off
  // again.
  const auto biased = [&](std::size_t i) { return to_uints(q[i]) + 0x808080u; };
  const Uints q0 = biased(0), q1 = biased(1), q2 = biased(2), q3 = biased(3);
  constexpr std::uint32_t even = 0x00ff00ff, odd = 0xff00ff00, flip = 0x80808080;
  const Uints low02 = (q0 & 0xffffu) | (q2 << 16), low13 = (q1 & 0xffffu) | (q3 << 16);
  const Uints high02 = (q0 >> 16) | (q2 & 0xffff0000u), high13 = (q1 >> 16) | (q3 & 0xffff0000u);
  digits[0] = ((low02 & even) | ((low13 << 8) & odd)) ^ flip;
  digits[stride] = (((low02 >> 8) & even) | (low13 & odd)) ^ flip;
  digits[2 * stride] = ((high02 & even) | ((high13 << 8) & odd)) ^ flip;
}

/// ⌊S/2^16⌋ and S mod 2^16 of S = s2·2^16 + s1·2^8 + s0, sums of up to byte_chunk_terms terms.
inline Ints high_part(Ints s0, Ints s1, Ints s2) {
  return s2 + ((s1 + (s0 >> 8)) >> 8);
}
inline Ints low_part(Ints s0, Ints s1) {
  return reinterpret_cast<Ints>((to_uints(s1) << 8) + to_uints(s0)) & 0xffff;
}

}  // namespace
}  // namespace runner
