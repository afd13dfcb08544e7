#pragma once

// Images as lists of the words that are not zero: no product with a zero changes a sum, and most of a
// handwritten digit is zeros. A word is four terms of one sum, a byte each. Everything here has internal
// linkage, because it is compiled per instruction set.

#include "runner/compute/kernel.hpp"

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

/// For each of `lists` groups of N sums, the places at which the word of any of them is not zero, in
/// ascending order. A place: where its digits lie in a block of units, in bytes, and the group's N words.
template <std::size_t N>
struct WordLists {
  std::uint32_t* counts;   ///< of each list
  std::uint32_t* offsets;  ///< list i begins at i·capacity
  std::uint32_t* words;    ///< at (i·capacity)·N
  std::size_t capacity;

  /// Room for `lists` of up to `places` places, and for the vectors that are stored beyond the last.
  static std::size_t numbers(std::size_t lists, std::size_t places) {
    return rounded(lists) + rounded(lists * places) + rounded(lists * places * N);
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
using ImageLists = WordLists<2>;
using PixelLists = WordLists<4>;

inline std::size_t image_lists(std::size_t images) {
  return (images + 1) / 2;
}

/// Digits of consecutive words lie word_bytes apart.
inline void list_words_of_images(ImageBytes x, std::size_t word_bytes, ImageLists lists) {
  for (std::size_t i = 0; i < image_lists(x.count); ++i) {
    std::uint32_t* offsets = lists.offsets + i * lists.capacity;
    std::uint32_t* words = lists.words + 2 * i * lists.capacity;
    std::size_t n = 0;
#ifdef __AVX512F__
    const auto load = [&](std::size_t image, std::size_t word) {
      const std::size_t first = word * word_terms, left = x.pixels - first;
      const __mmask64 mask = image >= x.count ? 0 : left >= 64 ? ~__mmask64{0} : (__mmask64{1} << left) - 1;
      return _mm512_maskz_loadu_epi8(mask, x.data + image * x.pixels + first);
    };
    const __m512i low = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    const __m512i high = _mm512_set_epi32(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8);
    const auto step = static_cast<int>(word_bytes);
    __m512i offset = _mm512_mullo_epi32(
        _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0), _mm512_set1_epi32(step));
    for (std::size_t word = 0; word < words_of(x.pixels); word += 16) {
      const __m512i a = load(2 * i, word), b = load(2 * i + 1, word);
      const __m512i either = _mm512_or_si512(a, b);
      const __mmask16 used = _mm512_test_epi32_mask(either, either);
      const __m512i first = _mm512_maskz_compress_epi32(used, a);
      const __m512i second = _mm512_maskz_compress_epi32(used, b);
      _mm512_storeu_si512(offsets + n, _mm512_maskz_compress_epi32(used, offset));
      _mm512_storeu_si512(words + 2 * n, _mm512_permutex2var_epi32(first, low, second));
      _mm512_storeu_si512(words + 2 * n + 16, _mm512_permutex2var_epi32(first, high, second));
      n += static_cast<std::size_t>(__builtin_popcount(used));
      offset = _mm512_add_epi32(offset, _mm512_set1_epi32(16 * step));
    }
#else
    // Without branches: a word that is zero is overwritten by the next.
    const std::uint8_t* rows[2] = {x.data + 2 * i * x.pixels, x.data + (2 * i + 1) * x.pixels};
    const bool both = 2 * i + 1 < x.count;
    const auto append = [&](std::size_t word, std::uint32_t a, std::uint32_t b) {
      offsets[n] = static_cast<std::uint32_t>(word * word_bytes);
      words[2 * n] = a;
      words[2 * n + 1] = b;
      n += (a | b) != 0 ? 1 : 0;
    };
    const auto word_of = [&](std::size_t row, std::size_t word, std::size_t size) {
      std::uint32_t value = 0;
      if (row == 0 || both) std::memcpy(&value, rows[row] + word * word_terms, size);
      return value;
    };
    const std::size_t whole = x.pixels / word_terms, rest = x.pixels % word_terms;
    for (std::size_t word = 0; word < whole; ++word) append(word, word_of(0, word, 4), word_of(1, word, 4));
    if (rest != 0) append(whole, word_of(0, whole, rest), word_of(1, whole, rest));
#endif
    lists.counts[i] = static_cast<std::uint32_t>(n);
  }
}

/// 16 pixels from pixel p of an image; zeros past its last, and for an image that is not there.
inline __m128i pixels_of(ImageBytes x, std::size_t image, std::size_t p) {
  if (image >= x.count) return _mm_setzero_si128();
  const std::uint8_t* from = x.data + image * x.pixels + p;
  if (x.pixels - p >= 16) return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  alignas(16) std::uint8_t rest[16] = {};
  std::memcpy(rest, from, x.pixels - p);
  return _mm_load_si128(reinterpret_cast<const __m128i*>(rest));
}

/// The words of a pixel are those of four images each.
inline void list_words_of_pixels(ImageBytes x, std::size_t word_bytes, PixelLists lists) {
  const std::size_t groups = words_of(x.pixels);
  std::memset(lists.counts, 0, groups * sizeof(std::uint32_t));
  for (std::size_t word = 0; word < words_of(x.count); ++word) {
    const auto offset = static_cast<std::uint32_t>(word * word_bytes);
    const auto append = [&](std::size_t group, __m128i four_words) {
      const std::size_t n = lists.counts[group], at = group * lists.capacity + n;
      _mm_storeu_si128(reinterpret_cast<__m128i*>(lists.words + 4 * at), four_words);
      lists.offsets[at] = offset;
      const bool zero = _mm_testz_si128(four_words, four_words) != 0;
      lists.counts[group] = static_cast<std::uint32_t>(n + (zero ? 0 : 1));
    };
    for (std::size_t p = 0; p < x.pixels; p += 16) {
      const __m128i a = pixels_of(x, 4 * word, p), b = pixels_of(x, 4 * word + 1, p);
      const __m128i c = pixels_of(x, 4 * word + 2, p), d = pixels_of(x, 4 * word + 3, p);
      const __m128i low_ab = _mm_unpacklo_epi8(a, b), high_ab = _mm_unpackhi_epi8(a, b);
      const __m128i low_cd = _mm_unpacklo_epi8(c, d), high_cd = _mm_unpackhi_epi8(c, d);
      const __m128i four_words[4] = {_mm_unpacklo_epi16(low_ab, low_cd), _mm_unpackhi_epi16(low_ab, low_cd),
                                     _mm_unpacklo_epi16(high_ab, high_cd),
                                     _mm_unpackhi_epi16(high_ab, high_cd)};
      const std::size_t group = p / 4;
      for (std::size_t g = 0; g < 4 && group + g < groups; ++g) append(group + g, four_words[g]);
    }
  }
}

}  // namespace
}  // namespace runner
