#pragma once

// Images as lists of the words that are not zero: no product with a zero changes a sum, and most of a
// handwritten digit is zeros. A word is four terms of one sum, a byte each. Everything here has internal
// linkage, because it is compiled per instruction set.

#include "runner/compute/kernel.hpp"

#include "unrolled.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <immintrin.h>

namespace runner {
namespace {

inline constexpr std::size_t word_terms = 4;

inline std::size_t words_of(std::size_t terms) {
  return (terms + word_terms - 1) / word_terms;
}

/// How a word is listed.
enum class WordForm {
  bytes,  ///< as it is: one number
  pairs   ///< terms 0 and 2, each widened to 16 bits, then terms 1 and 3: two numbers
};
/// What is left of a word are its terms 0 and 2.
inline constexpr int even_terms = 0x00ff00ff;

/// For each of `lists` groups of N sums, the places at which the word of any of them is not zero, in
/// ascending order. A place: where its digits lie in a block of units, in bytes, and the group's N words: N
/// numbers, or as pairs the N of terms 0 and 2 and the N of terms 1 and 3.
template <std::size_t N, WordForm form>
struct WordLists {
  static constexpr std::size_t numbers = form == WordForm::pairs ? 2 * N : N;  ///< of a place

  std::uint32_t* counts;   ///< of each list
  std::uint32_t* offsets;  ///< list i begins at i·capacity
  std::uint32_t* words;    ///< list i begins at i·capacity·numbers
  std::size_t capacity;

  /// Room for `lists` of up to `places` places, and for the vectors that are stored beyond the last.
  static std::size_t bytes(std::size_t lists, std::size_t places) {
    return (rounded(lists) + rounded(lists * places) + rounded(lists * places * numbers)) *
           sizeof(std::uint32_t);
  }

  static WordLists at(std::byte* memory, std::size_t lists, std::size_t places) {
    auto* counts = reinterpret_cast<std::uint32_t*>(memory);
    std::uint32_t* offsets = counts + rounded(lists);
    return {counts, offsets, offsets + rounded(lists * places), places};
  }

 private:
  static std::size_t rounded(std::size_t n) { return n / 16 * 16 + 48; }
};

/// Lists for the forward product, two images each, and for the backward one, four pixels each.
template <WordForm form>
using ImageLists = WordLists<2, form>;
template <WordForm form>
using PixelLists = WordLists<4, form>;

inline std::size_t image_lists(std::size_t images) {
  return (images + 1) / 2;
}

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

/// Appends what is not zero of 8 words of two images to a list of n places; returns how many it has then.
template <WordForm form>
std::size_t append_words(__m256i a, __m256i b, __m256i offset, std::size_t n, std::uint32_t* offsets,
                         std::uint32_t* words) {
  const __m256i zero = _mm256_cmpeq_epi32(_mm256_or_si256(a, b), _mm256_setzero_si256());
  const auto kept = static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(zero))) ^ 0xffu;
  const __m256i from =
      _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(static_cast<long long>(compression.from[kept])));
  a = _mm256_permutevar8x32_epi32(a, from);
  b = _mm256_permutevar8x32_epi32(b, from);
  store_at(offsets + n, _mm256_permutevar8x32_epi32(offset, from));

  // Places 0, 1, 4, 5 and 2, 3, 6, 7: registers interleave within their halves.
  const __m256i low = _mm256_unpacklo_epi32(a, b), high = _mm256_unpackhi_epi32(a, b);
  const auto store_halves = [](std::uint32_t* to, std::size_t stride, __m256i v) {
    store_at(to, _mm256_castsi256_si128(v));
    store_at(to + stride, _mm256_extracti128_si256(v, 1));
  };
  if constexpr (form == WordForm::bytes) {
    store_halves(words + 2 * n, 8, low);
    store_halves(words + 2 * n + 4, 8, high);
  } else {
    const auto store_pairs = [&](std::uint32_t* to, __m256i v) {
      const __m256i even = _mm256_and_si256(v, _mm256_set1_epi32(even_terms)), odd = _mm256_srli_epi16(v, 8);
      store_halves(to, 16, _mm256_unpacklo_epi64(even, odd));
      store_halves(to + 4, 16, _mm256_unpackhi_epi64(even, odd));
    };
    store_pairs(words + 4 * n, low);
    store_pairs(words + 4 * n + 8, high);
  }
  return n + static_cast<std::size_t>(__builtin_popcount(kept));
}

/// Digits of consecutive words lie word_bytes apart.
template <WordForm form>
void list_words_of_images(ImageBytes x, std::size_t word_bytes, ImageLists<form> lists) {
  constexpr std::size_t step = 8;  // words
  const auto offset_step = static_cast<int>(word_bytes);
  for (std::size_t i = 0; i < image_lists(x.count); ++i) {
    std::uint32_t* offsets = lists.offsets + i * lists.capacity;
    std::uint32_t* words = lists.words + i * lists.capacity * lists.numbers;
    std::size_t n = 0;
    __m256i offset =
        _mm256_mullo_epi32(_mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7), _mm256_set1_epi32(offset_step));
    for (std::size_t p = 0; p < x.pixels; p += step * word_terms) {
      n = append_words<form>(pixels_of<__m256i>(x, 2 * i, p), pixels_of<__m256i>(x, 2 * i + 1, p), offset, n,
                             offsets, words);
      offset = _mm256_add_epi32(offset, _mm256_set1_epi32(static_cast<int>(step) * offset_step));
    }
    lists.counts[i] = static_cast<std::uint32_t>(n);
  }
}

/// The words of a pixel are those of four images each; 16 pixels, which are four lists, at a time.
template <WordForm form>
void list_words_of_pixels(ImageBytes x, std::size_t word_bytes, PixelLists<form> lists) {
  constexpr std::size_t step = 4;  // lists
  for (std::size_t first = 0; first < words_of(x.pixels); first += step) {
    const std::size_t p = first * word_terms;
    std::size_t n[step] = {};
    for (std::size_t word = 0; word < words_of(x.count); ++word) {
      const auto pixels = [&](std::size_t i) { return pixels_of<__m128i>(x, 4 * word + i, p); };
      const __m128i a = pixels(0), b = pixels(1), c = pixels(2), d = pixels(3);
      const __m128i low_ab = _mm_unpacklo_epi8(a, b), high_ab = _mm_unpackhi_epi8(a, b);
      const __m128i low_cd = _mm_unpacklo_epi8(c, d), high_cd = _mm_unpackhi_epi8(c, d);
      const __m128i four_words[step] = {
          _mm_unpacklo_epi16(low_ab, low_cd), _mm_unpackhi_epi16(low_ab, low_cd),
          _mm_unpacklo_epi16(high_ab, high_cd), _mm_unpackhi_epi16(high_ab, high_cd)};
      unrolled<step>([&](auto g) {
        if (first + g >= words_of(x.pixels)) return;
        const std::size_t at = (first + g) * lists.capacity + n[g];
        std::uint32_t* words = lists.words + at * lists.numbers;
        if constexpr (form == WordForm::bytes) {
          store_at(words, four_words[g]);
        } else {
          store_at(words, _mm_and_si128(four_words[g], _mm_set1_epi32(even_terms)));
          store_at(words + 4, _mm_srli_epi16(four_words[g], 8));
        }
        lists.offsets[at] = static_cast<std::uint32_t>(word * word_bytes);
        n[g] += _mm_testz_si128(four_words[g], four_words[g]) == 0 ? 1 : 0;
      });
    }
    for (std::size_t g = 0; g < step && first + g < words_of(x.pixels); ++g)
      lists.counts[first + g] = static_cast<std::uint32_t>(n[g]);
  }
}

}  // namespace
}  // namespace runner
