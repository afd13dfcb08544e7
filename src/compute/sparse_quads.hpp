#pragma once

// Images as sparse rows of quads, so that what is zero is not multiplied: no product with a zero changes a
// sum, and most of a handwritten digit is zeros. Everything here has internal linkage, because it is compiled
// per instruction set.
//
// A *quad* is four terms of one sum, a byte each: four neighbouring pixels of one image for the forward
// product (which sums over pixels), one pixel of four neighbouring images for the backward product (which
// sums over images). The layout is that of compressed sparse rows. A row serves N sums at once, since they
// share the digits that they are multiplied with: one or two images forward, four pixels backward. A row has
// an entry for each place at which a quad of any of its N sums is not zero, in ascending order:
//
//   ends[row·parts + p]           entries of the row before the end of part p of the places
//   offsets[row·capacity + k]     entry k: the byte at which the digits of its place begin
//   quads[(row·capacity + k)·N]   entry k: its N quads
//
// Forward, the places are worked on in parts whose digits stay in the level-1 cache; backward, in one.
//
// Example: two images by eight pixels in one part, an image a row, dots for zeros, and digits of 96 bytes a
// quad.
//
//             place 0    place 1
//             ┌───────┐  ┌───────┐
//   image 0   .  .  .  .  9  .  7  .
//   image 1   .  .  .  .  .  3  .  .
//
//   forward    row 0 (image 0)        ends 1   offsets 96   quads (9 . 7 .)
//              row 1 (image 1)        ends 1   offsets 96   quads (. 3 . .)
//   backward   row 0 (pixels 0 … 3)   ends 0
//              row 1 (pixels 4 … 7)   ends 1   offsets 0    quads (9 . . .) (. 3 . .) (7 . . .) (. . . .)
//
// Forward, place 0 is zero in both images and left out; place 1 has digits from byte 96 on. Backward, there
// is but one place, the images 0 to 3, of which two do not exist.

#include "runner/compute/kernel.hpp"

#include "unit_lanes.hpp"
#include "unrolled.hpp"

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <type_traits>

#include <immintrin.h>

namespace runner {
namespace {

inline constexpr std::size_t quad_terms = four_terms;

inline std::size_t quads_of(std::size_t terms) {
  return (terms + quad_terms - 1) / quad_terms;
}

/// How a quad is stored.
enum class QuadForm {
  bytes,  ///< as it is: one number
  pairs   ///< terms 0 and 2, each widened to 16 bits, then terms 1 and 3: two numbers
};

/// Mask that keeps the terms 0 and 2 of a quad.
inline constexpr int even_terms = 0x00ff00ff;

/// Sparse rows of N sums each, a view. In the form `pairs` an entry has the N numbers of terms 0 and 2, then
/// the N of terms 1 and 3. Number: std::uint32_t where rows are written, const where they are read.
template <std::size_t N, QuadForm form, class Number = const std::uint32_t>
struct SparseRows {
  using Byte = std::conditional_t<std::is_const_v<Number>, const std::byte, std::byte>;

  static constexpr std::size_t numbers = form == QuadForm::pairs ? 2 * N : N;  ///< of an entry

  /// Entries are stored so many at a time, counted or not.
  static constexpr std::size_t stored_together = 8;
  /// Room for the numbers of those entries that are stored beyond the end of the last row, and not counted.
  static constexpr std::size_t slack = (stored_together - 1) * numbers;

  Number* ends;     ///< row i begins at i·parts
  Number* offsets;  ///< row i begins at i·capacity
  Number* quads;    ///< row i begins at i·capacity·numbers
  std::size_t capacity;
  std::size_t parts;

  Number* ends_of(std::size_t row) const { return ends + row * parts; }
  /// Entries of a row.
  std::size_t count(std::size_t row) const { return ends_of(row)[parts - 1]; }
  Number* offsets_of(std::size_t row) const { return offsets + row * capacity; }
  Number* quads_of_row(std::size_t row) const { return quads + row * capacity * numbers; }

  /// Memory for `rows` of up to `capacity` entries, slack included.
  static std::size_t bytes(std::size_t rows, std::size_t capacity, std::size_t parts) {
    return (room_for(rows * parts) + room_for(rows * capacity) + room_for(rows * capacity * numbers)) *
           sizeof(std::uint32_t);
  }

  static SparseRows at(Byte* memory, std::size_t rows, std::size_t capacity, std::size_t parts) {
    auto* ends = reinterpret_cast<Number*>(memory);
    Number* offsets = ends + room_for(rows * parts);
    return {ends, offsets, offsets + room_for(rows * capacity), capacity, parts};
  }

 private:
  /// Numbers with their slack, up to a whole cache line.
  static std::size_t room_for(std::size_t n) { return (n + slack + 15) / 16 * 16; }
};

/// Rows of four pixels, for the backward product.
template <QuadForm form, class Number = const std::uint32_t>
using PixelRows = SparseRows<4, form, Number>;

/// For each mask of 8 numbers, where those that are kept come from, a byte each.
struct Compression {
  std::uint64_t from[256];
};
inline constexpr Compression compression = [] {
  Compression c{};
  for (unsigned mask = 0; mask < 256; ++mask)
    for (unsigned i = 0, n = 0; i < 8; ++i)
      if ((mask >> i & 1) != 0) c.from[mask] |= std::uint64_t{i} << 8 * n++;
  return c;
}();

/// As many pixels of an image as fit Vector, from pixel p on; zeros past its last, and for an image that is
/// not there.
template <class Vector>
Vector pixels_of(ImageBytes x, std::size_t image, std::size_t p) {
  Vector v{};
  if (image >= x.count) return v;
  const std::uint8_t* from = x.data + image * x.pixels + p;
  if (x.pixels - p >= sizeof v)
    std::memcpy(&v, from, sizeof v);
  else
    std::memcpy(&v, from, x.pixels - p);
  return v;
}

template <class Vector>
void store_at(std::uint32_t* to, Vector v) {
  std::memcpy(to, &v, sizeof v);
}

/// Appends what is not zero of 8 places of N images to a row of n entries; returns how many it has then.
/// Stores 8 entries all the same: those past the new end are overwritten by the next, or lie in the slack.
template <std::size_t N, QuadForm form>
std::size_t append_quads(const __m256i (&x)[N], __m256i offset, std::size_t n, std::uint32_t* offsets,
                         std::uint32_t* quads) {
  static_assert(N == 1 || N == 2);
  const __m256i zero = _mm256_cmpeq_epi32(_mm256_or_si256(x[0], x[N - 1]), _mm256_setzero_si256());
  const auto kept = static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(zero))) ^ 0xffu;
  const __m256i from =
      _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(static_cast<long long>(compression.from[kept])));
  store_at(offsets + n, _mm256_permutevar8x32_epi32(offset, from));

  // The numbers of the entries, the first of all, then the second of all, and so on.
  __m256i numbers[form == QuadForm::pairs ? 2 * N : N];
  for (std::size_t i = 0; i < N; ++i) {
    const __m256i v = _mm256_permutevar8x32_epi32(x[i], from);
    numbers[i] = form == QuadForm::pairs ? _mm256_and_si256(v, _mm256_set1_epi32(even_terms)) : v;
    if constexpr (form == QuadForm::pairs) numbers[N + i] = _mm256_srli_epi16(v, 8);
  }
  if constexpr (std::size(numbers) == 1) {
    store_at(quads + n, numbers[0]);
  } else {
    static_assert(std::size(numbers) == 2);
    // Entries 0, 1, 4, 5 and 2, 3, 6, 7: registers interleave within their halves.
    const __m256i low = _mm256_unpacklo_epi32(numbers[0], numbers[1]),
                  high = _mm256_unpackhi_epi32(numbers[0], numbers[1]);
    store_at(quads + 2 * n, _mm256_permute2x128_si256(low, high, 0x20));
    store_at(quads + 2 * n + 8, _mm256_permute2x128_si256(low, high, 0x31));
  }
  return n + static_cast<std::size_t>(__builtin_popcount(kept));
}

/// Digits of consecutive quads lie offset_step bytes apart; a part has part_quads, a multiple of
/// stored_together.
template <std::size_t N, QuadForm form>
void pack_image_rows(ImageBytes x, std::size_t offset_step, std::size_t part_quads,
                     SparseRows<N, form, std::uint32_t> rows) {
  constexpr std::size_t step = rows.stored_together;
  const auto next = static_cast<int>(offset_step);
  for (std::size_t i = 0; i * N < x.count; ++i) {
    std::size_t n = 0;
    __m256i offset = _mm256_mullo_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32(next));
    for (std::size_t part = 0, quad = 0; part < rows.parts; ++part) {
      const std::size_t end = (part + 1) * part_quads;
      for (; quad < end && quad * quad_terms < x.pixels; quad += step) {
        assert(n < rows.capacity);  // so that no more than stored_together − 1 entries lie beyond the row
        __m256i eight_quads[N];
        for (std::size_t j = 0; j < N; ++j)
          eight_quads[j] = pixels_of<__m256i>(x, i * N + j, quad * quad_terms);
        n = append_quads<N, form>(eight_quads, offset, n, rows.offsets_of(i), rows.quads_of_row(i));
        offset = _mm256_add_epi32(offset, _mm256_set1_epi32(static_cast<int>(step) * next));
      }
      rows.ends_of(i)[part] = static_cast<std::uint32_t>(n);
    }
  }
}

/// The quads of a pixel are those of four images each; 16 pixels, which are four rows, at a time. Each entry
/// is stored alone, within its row.
template <QuadForm form>
void pack_pixel_rows(ImageBytes x, std::size_t offset_step, PixelRows<form, std::uint32_t> rows) {
  constexpr std::size_t step = 4;  // rows
  for (std::size_t first = 0; first < quads_of(x.pixels); first += step) {
    const std::size_t p = first * quad_terms;
    std::size_t n[step] = {};
    for (std::size_t quad = 0; quad < quads_of(x.count); ++quad) {
      const auto pixels = [&](std::size_t i) { return pixels_of<__m128i>(x, 4 * quad + i, p); };
      const __m128i a = pixels(0), b = pixels(1), c = pixels(2), d = pixels(3);
      const __m128i low_ab = _mm_unpacklo_epi8(a, b), high_ab = _mm_unpackhi_epi8(a, b);
      const __m128i low_cd = _mm_unpacklo_epi8(c, d), high_cd = _mm_unpackhi_epi8(c, d);
      const __m128i four_quads[step] = {
          _mm_unpacklo_epi16(low_ab, low_cd), _mm_unpackhi_epi16(low_ab, low_cd),
          _mm_unpacklo_epi16(high_ab, high_cd), _mm_unpackhi_epi16(high_ab, high_cd)};
      unrolled<step>([&](auto g) {
        if (first + g >= quads_of(x.pixels)) return;
        assert(n[g] < rows.capacity);
        std::uint32_t* quads = rows.quads_of_row(first + g) + n[g] * rows.numbers;
        if constexpr (form == QuadForm::bytes) {
          store_at(quads, four_quads[g]);
        } else {
          store_at(quads, _mm_and_si128(four_quads[g], _mm_set1_epi32(even_terms)));
          store_at(quads + 4, _mm_srli_epi16(four_quads[g], 8));
        }
        rows.offsets_of(first + g)[n[g]] = static_cast<std::uint32_t>(quad * offset_step);
        n[g] += _mm_testz_si128(four_quads[g], four_quads[g]) == 0 ? 1 : 0;
      });
    }
    for (std::size_t g = 0; g < step && first + g < quads_of(x.pixels); ++g)
      *rows.ends_of(first + g) = static_cast<std::uint32_t>(n[g]);
  }
}

}  // namespace
}  // namespace runner
