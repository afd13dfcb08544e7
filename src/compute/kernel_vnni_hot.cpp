// The kernel for processors with byte products that add up in 32 bits, AVX-512 VNNI or AVX-VNNI: q in three
// signed digits, four of them times four pixels by one instruction.
//
//   a word: d0, d1, d2 of four terms, a byte each

#include "byte_digits.hpp"
#include "word_kernel.hpp"

namespace runner::RUNNER_INSTRUCTION_SET {
namespace {

/// sums + four pixels × four digits. In assembly, because g++ 12 moves the sums of its own intrinsic back
/// and forth between registers.
[[gnu::always_inline]] inline Ints add_products(Ints sums, Words pixels, Ints digits) {
#ifdef __AVX512F__
  asm("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(pixels), "v"(digits));
#else
  asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sums) : "x"(pixels), "x"(digits));
#endif
  return sums;
}

struct ByteDigits {
  static std::string_view name() { return {"vnni", 4}; }
  static constexpr std::size_t digits = 3;
  static constexpr std::size_t word_bytes = digits * part * word_terms;

  static constexpr std::size_t chunk_words = byte_chunk_terms / word_terms;

  struct Sums {
    Ints d[digits];
  };

  static void write(const Ints (&q)[word_terms], std::byte* to) {
    byte_digits(q, reinterpret_cast<Words*>(to), 1);
  }

  template <std::size_t N>
  [[gnu::always_inline]] static void add(Sums (&sums)[N], const std::byte* from,
                                         const std::uint32_t* words) {
    const auto* d = reinterpret_cast<const Ints*>(from);
    const Ints d0 = d[0], d1 = d[1], d2 = d[2];
    unrolled<N>([&](auto i) {
      const Words x = Words{} + words[i];
      sums[i].d[0] = add_products(sums[i].d[0], x, d0);
      sums[i].d[1] = add_products(sums[i].d[1], x, d1);
      sums[i].d[2] = add_products(sums[i].d[2], x, d2);
    });
  }

  static Ints high(const Sums& s) { return high_part(s.d[0], s.d[1], s.d[2]); }
  static Ints low(const Sums& s) { return low_part(s.d[0], s.d[1]); }
};

}  // namespace

const Kernel& vnni_kernel() {
  static const WordKernel<ByteDigits> kernel;
  return kernel;
}

}  // namespace runner::RUNNER_INSTRUCTION_SET
