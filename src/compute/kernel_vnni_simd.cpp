// The kernel for processors with byte products that add up in 32 bits, AVX-512 VNNI or AVX-VNNI: q in three
// signed digits, four of them times four pixels by one instruction.
//
//   a quad: d0, d1, d2 of four terms, a byte each

#include "byte_digits.hpp"
#include "quad_kernel.hpp"

namespace runner::RUNNER_INSTRUCTION_SET {
namespace {

/// Adds four pixels × four digits to the sums of each digit. In assembly, because g++ 12 moves the sums of
/// its own intrinsic back and forth between registers.
[[gnu::always_inline]] inline void add_products(Ints (&sums)[3], Uints pixels, Ints d0, Ints d1, Ints d2) {
  Ints s0 = sums[0], s1 = sums[1], s2 = sums[2];
#ifdef __AVX512F__
  asm("vpdpbusd %4, %3, %0\n\tvpdpbusd %5, %3, %1\n\tvpdpbusd %6, %3, %2"
      : "+&v"(s0), "+&v"(s1), "+&v"(s2)
      : "v"(pixels), "v"(d0), "v"(d1), "v"(d2));
#else
  asm("%{vex%} vpdpbusd %4, %3, %0\n\t%{vex%} vpdpbusd %5, %3, %1\n\t%{vex%} vpdpbusd %6, %3, %2"
      : "+&x"(s0), "+&x"(s1), "+&x"(s2)
      : "x"(pixels), "x"(d0), "x"(d1), "x"(d2));
#endif
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
}

struct ByteDigits {
  static std::string_view name() { return {"vnni", 4}; }
  static constexpr std::size_t digits = 3;
  static constexpr std::size_t quad_bytes = digits * register_lanes * quad_terms;

  static constexpr std::size_t chunk_quads = byte_chunk_terms / quad_terms;

  /// A processor multiplies two wide registers in the time it loads them; of narrow ones it loads more.
  static constexpr std::size_t row_images = registers_per_block == 1 ? 2 : 1;
  static constexpr std::size_t sets = 2;
  static constexpr QuadForm form = QuadForm::bytes;

  struct Sums {
    Ints d[digits];
  };

  static void write(const Ints (&q)[quad_terms], std::byte* to) {
    byte_digits(q, reinterpret_cast<Uints*>(to), 1);
  }

  template <std::size_t N>
  [[gnu::always_inline]] static void add(Sums (&sums)[N], const std::byte* from, const std::uint32_t* quads) {
    const auto* d = reinterpret_cast<const Ints*>(from);
    const Ints d0 = d[0], d1 = d[1], d2 = d[2];
    unrolled<N>([&](auto i) { add_products(sums[i].d, Uints{} + quads[i], d0, d1, d2); });
  }

  static Ints high(const Sums& s) { return high_part(s.d[0], s.d[1], s.d[2]); }
  static Ints low(const Sums& s) { return low_part(s.d[0], s.d[1]); }
};

}  // namespace

const Kernel& vnni_kernel() {
  static const QuadKernel<ByteDigits> kernel;
  return kernel;
}

}  // namespace runner::RUNNER_INSTRUCTION_SET
