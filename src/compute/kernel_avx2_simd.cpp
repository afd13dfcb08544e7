// The kernel for processors with AVX2 alone: q in two 12-bit digits, multiplied in pairs of 16-bit numbers
// that add up in 32 bits.
//
//   q = d1·2^12 + d0, |d1| ≤ 2,040, −2,048 ≤ d0 < 2,048     a quad: d0 of terms 0 and 2, d0 of terms 1 and 3,
//   d1 of terms 0 and 2, d1 of terms 1 and 3, 16 bits each

#include "quad_kernel.hpp"

namespace runner::RUNNER_INSTRUCTION_SET {
namespace {

struct TwelveBitDigits {
  static std::string_view name() { return {"avx2", 4}; }
  static constexpr std::size_t digits = 2;
  static constexpr std::size_t quad_bytes = digits * 2 * register_lanes * sizeof(std::int32_t);

  /// |Σ x·d| ≤ 4,096·255·2,048 < 2^31, and so it stays when what the lower digit carries is added.
  static constexpr std::size_t chunk_quads = 4'096 / quad_terms;

  static constexpr std::size_t row_images = 1;
  static constexpr std::size_t sets = 2;
  static constexpr QuadForm form = QuadForm::pairs;

  struct Sums {
    Ints d[digits];
  };

  static void write(const Ints (&q)[quad_terms], std::byte* to) {
    Ints d0[quad_terms], d1[quad_terms];
    unrolled<quad_terms>([&](auto i) {
      d1[i] = (q[i] + 2048) >> 12;
      d0[i] = q[i] - (d1[i] << 12);
    });
    const auto pair = [](Ints a, Ints b) { return (a & 0xffff) | (b << 16); };
    auto* pairs = reinterpret_cast<Ints*>(to);
    pairs[0] = pair(d0[0], d0[2]);
    pairs[1] = pair(d0[1], d0[3]);
    pairs[2] = pair(d1[0], d1[2]);
    pairs[3] = pair(d1[1], d1[3]);
  }

  template <std::size_t N>
  [[gnu::always_inline]] static void add(Sums (&sums)[N], const std::byte* from, const std::uint32_t* quads) {
    const auto* d = reinterpret_cast<const __m256i*>(from);
    unrolled<N>([&](auto i) {
      const __m256i even = _mm256_set1_epi32(static_cast<int>(quads[i]));
      const __m256i odd = _mm256_set1_epi32(static_cast<int>(quads[N + i]));
      const auto add_pairs = [&](Ints& sum, __m256i pixels, __m256i pairs) {
        sum += reinterpret_cast<Ints>(_mm256_madd_epi16(pixels, pairs));
      };
      add_pairs(sums[i].d[0], even, d[0]);
      add_pairs(sums[i].d[0], odd, d[1]);
      add_pairs(sums[i].d[1], even, d[2]);
      add_pairs(sums[i].d[1], odd, d[3]);
    });
  }

  static Ints high(const Sums& s) { return (s.d[1] + (s.d[0] >> 12)) >> 4; }
  static Ints low(const Sums& s) {
    return reinterpret_cast<Ints>((to_uints(s.d[1]) << 12) + to_uints(s.d[0])) & 0xffff;
  }
};

}  // namespace

const Kernel& avx2_kernel() {
  static const QuadKernel<TwelveBitDigits> kernel;
  return kernel;
}

}  // namespace runner::RUNNER_INSTRUCTION_SET
