// The kernel for processors with AVX-512 VNNI: four signed digits times four pixels, added up in 32 bits, by
// one instruction.

#include "byte_digits_avx512.hpp"
#include "unrolled.hpp"

#include <cstring>

namespace runner::RUNNER_INSTRUCTION_SET {
namespace {

inline __m512i four_digits(const std::byte* digits) {
  std::int32_t word;
  std::memcpy(&word, digits, sizeof word);
  return _mm512_set1_epi32(word);
}

struct VectorMultiply {
  static std::string_view name() { return {"vnni", 4}; }
  static constexpr std::size_t panel_rows = 48;

  /// Rows × Blocks·16 sums of three digits in registers.
  template <std::size_t Rows, std::size_t Blocks, class To>
  static void block(const std::byte* digits, std::size_t plane, const std::byte* pixels, std::size_t terms,
                    const To& to) {
    __m512i sum[3 * Rows][Blocks];
    unrolled<3 * Rows>(
        [&](auto i) { unrolled<Blocks>([&](auto j) { sum[i][j] = _mm512_setzero_si512(); }); });
    for (std::size_t k = 0; k < terms; k += 4) {
      __m512i x[Blocks];
      unrolled<Blocks>([&](auto j) { x[j] = _mm512_load_si512(pixels + 16 * (j * plane + k)); });
      unrolled<3 * Rows>([&](auto i) {
        const __m512i w = four_digits(digits + i * plane + k);
        unrolled<Blocks>([&](auto j) { sum[i][j] = _mm512_dpbusd_epi32(sum[i][j], x[j], w); });
      });
    }
    unrolled<Rows>([&](auto i) {
      unrolled<Blocks>(
          [&](auto j) { deliver(to(i, 16 * j), sum[3 * i][j], sum[3 * i + 1][j], sum[3 * i + 2][j]); });
    });
  }

  template <std::size_t Blocks, class To>
  static void all_rows(FixedPointRows q, std::size_t first_term, std::size_t terms, const std::byte* pixels,
                       const To& to) {
    const std::size_t plane = padded_terms(q.terms);
    const auto rows_from = [&](std::size_t r) {
      return [&to, r](std::size_t i, std::size_t c) { return to(r + i, c); };
    };
    std::size_t r = 0;
    for (; r + 2 <= q.rows; r += 2)
      block<2, Blocks>(q.digits + 3 * r * plane + first_term, plane, pixels, terms, rows_from(r));
    if (r < q.rows)
      block<1, Blocks>(q.digits + 3 * r * plane + first_term, plane, pixels, terms, rows_from(r));
  }

  template <class To>
  static void multiply(FixedPointRows q, std::size_t first_term, std::size_t terms, std::size_t columns,
                       const std::byte* packed, const To& to) {
    const std::size_t plane = padded_terms(q.terms);
    const auto columns_from = [&](std::size_t c) {
      return [&to, c](std::size_t r, std::size_t i) { return to(r, c + i); };
    };
    std::size_t c = 0;
    for (; c + 48 < columns; c += 64)
      all_rows<4>(q, first_term, terms, packed + c * plane + first_term * 16, columns_from(c));
    for (; c < columns; c += 16)
      all_rows<1>(q, first_term, terms, packed + c * plane + first_term * 16, columns_from(c));
  }
};

}  // namespace

const Kernel& vnni_kernel() {
  static const ByteKernel<VectorMultiply> kernel;
  return kernel;
}

}  // namespace runner::RUNNER_INSTRUCTION_SET
