#pragma once

// What the kernels of byte products share: rows as three planes of signed digits, pixels as words of four
// terms. Included by code compiled for AVX-512; everything here has internal linkage.
//
//   q = d2·2^16 + d1·2^8 + d0, each digit -128 … 127          a row: plane d2, plane d1, plane d0, of
//   padded_terms bytes columns in blocks of 16; a block: for each four terms, 16 columns × 4 bytes

#include "runner/compute/kernel.hpp"

#include "fixed_point.hpp"
#include "hot.hpp"

#include <immintrin.h>

namespace runner {
namespace {

/// Terms are padded with zeros to whole cache lines of bytes.
inline std::size_t padded_terms(std::size_t terms) {
  return (terms + 63) / 64 * 64;
}

/// |Σ x·d| ≤ 65,536·255·128 < 2^31: so many terms may be summed in 32 bits.
constexpr std::size_t chunk_terms = 65'536;

/// Bytes of `columns` packed columns of `terms` terms.
inline std::size_t packed_bytes(std::size_t terms, std::size_t columns) {
  return (columns + 15) / 16 * 16 * padded_terms(terms);
}

inline __mmask64 first(std::size_t n) {
  return n >= 64 ? ~__mmask64{0} : (__mmask64{1} << n) - 1;
}
inline __mmask16 first_of_16(std::size_t n) {
  return static_cast<__mmask16>(first(n));
}

/// Writes a row in digits; returns its factor c.
inline double write_digits(const float* row, std::size_t terms, std::byte* digits) {
  const __m512i magnitude = _mm512_set1_epi32(0x7fffffff);
  __m512i largest = _mm512_setzero_si512();
  for (std::size_t i = 0; i < terms; i += 16) {
    const __m512 w = _mm512_maskz_loadu_ps(first_of_16(terms - i), row + i);
    largest = _mm512_max_epu32(largest, _mm512_and_si512(_mm512_castps_si512(w), magnitude));
  }
  const RowScale scale = row_scale(_mm512_reduce_max_epu32(largest));
  const std::size_t plane = padded_terms(terms), used = scale.power == 0.0f ? 0 : terms;
  const __m512 power = _mm512_set1_ps(scale.power);
  // Adding 128 to each digit makes them bytes of one positive number; flipping their top bits takes it off
  // again.
  const __m512i bias = _mm512_set1_epi32(0x808080);
  const __m128i flip = _mm_set1_epi8(static_cast<char>(0x80));
  const auto store = [&](std::size_t at, __m512i bytes) {
    _mm_store_si128(reinterpret_cast<__m128i*>(digits + at),
                    _mm_xor_si128(_mm512_cvtepi32_epi8(bytes), flip));
  };
  for (std::size_t i = 0; i < plane; i += 16) {
    const __m512 w = _mm512_maskz_loadu_ps(i < used ? first_of_16(used - i) : __mmask16{0}, row + i);
    const __m512i q = _mm512_add_epi32(_mm512_cvtps_epi32(_mm512_mul_ps(w, power)), bias);
    store(i, _mm512_srli_epi32(q, 16));
    store(plane + i, _mm512_srli_epi32(q, 8));
    store(2 * plane + i, q);
  }
  return scale.c;
}

/// The 128-bit lanes of four registers, as a 4 × 4 matrix, transposed.
inline void transpose_lanes(__m512i (&w)[4]) {
  const __m512i a = _mm512_shuffle_i32x4(w[0], w[1], 0x44), b = _mm512_shuffle_i32x4(w[2], w[3], 0x44);
  const __m512i c = _mm512_shuffle_i32x4(w[0], w[1], 0xee), d = _mm512_shuffle_i32x4(w[2], w[3], 0xee);
  w[0] = _mm512_shuffle_i32x4(a, b, 0x88);
  w[1] = _mm512_shuffle_i32x4(a, b, 0xdd);
  w[2] = _mm512_shuffle_i32x4(c, d, 0x88);
  w[3] = _mm512_shuffle_i32x4(c, d, 0xdd);
}

/// 64 bytes from pixel p of image b; zeros past the last pixel and the last image.
inline __m512i pixels_of(ImageBytes x, std::size_t b, std::size_t p) {
  if (b >= x.count || p >= x.pixels) return _mm512_setzero_si512();
  return _mm512_maskz_loadu_epi8(first(x.pixels - p), x.data + b * x.pixels + p);
}

/// Terms = pixels, columns = images: blocks of 16 images, their four-pixel words transposed.
inline void pack_images_as_columns(ImageBytes x, std::byte* packed) {
  const std::size_t terms = padded_terms(x.pixels);
  for (std::size_t b = 0; b < x.count; b += 16)
    for (std::size_t p = 0; p < terms; p += 64) {
      __m512i words[4][4];  // [word mod 4][image / 4], a lane each for words 0-3, 4-7, 8-11, 12-15
      for (std::size_t g = 0; g < 4; ++g) {
        const __m512i r0 = pixels_of(x, b + 4 * g, p), r1 = pixels_of(x, b + 4 * g + 1, p);
        const __m512i r2 = pixels_of(x, b + 4 * g + 2, p), r3 = pixels_of(x, b + 4 * g + 3, p);
        const __m512i low01 = _mm512_unpacklo_epi32(r0, r1), high01 = _mm512_unpackhi_epi32(r0, r1);
        const __m512i low23 = _mm512_unpacklo_epi32(r2, r3), high23 = _mm512_unpackhi_epi32(r2, r3);
        words[0][g] = _mm512_unpacklo_epi64(low01, low23);
        words[1][g] = _mm512_unpackhi_epi64(low01, low23);
        words[2][g] = _mm512_unpacklo_epi64(high01, high23);
        words[3][g] = _mm512_unpackhi_epi64(high01, high23);
      }
      std::byte* to = packed + b * terms + p * 16;
      for (std::size_t j = 0; j < 4; ++j) {
        transpose_lanes(words[j]);
        for (std::size_t l = 0; l < 4; ++l) _mm512_store_si512(to + (4 * l + j) * 64, words[j][l]);
      }
    }
}

/// Terms = images, columns = pixels: four images interleaved, byte by byte.
inline void pack_pixels_as_columns(ImageBytes x, std::byte* packed) {
  const std::size_t terms = padded_terms(x.count);
  for (std::size_t b = 0; b < terms; b += 4)
    for (std::size_t p = 0; p < x.pixels; p += 64) {
      const __m512i r0 = pixels_of(x, b, p), r1 = pixels_of(x, b + 1, p);
      const __m512i r2 = pixels_of(x, b + 2, p), r3 = pixels_of(x, b + 3, p);
      const __m512i low01 = _mm512_unpacklo_epi8(r0, r1), high01 = _mm512_unpackhi_epi8(r0, r1);
      const __m512i low23 = _mm512_unpacklo_epi8(r2, r3), high23 = _mm512_unpackhi_epi8(r2, r3);
      __m512i words[4] = {_mm512_unpacklo_epi16(low01, low23), _mm512_unpackhi_epi16(low01, low23),
                          _mm512_unpacklo_epi16(high01, high23), _mm512_unpackhi_epi16(high01, high23)};
      transpose_lanes(words);
      for (std::size_t l = 0; l < 4 && p + 16 * l < x.pixels; ++l)
        _mm512_store_si512(packed + (p + 16 * l) * terms + b * 16, words[l]);
    }
}

/// Where the sums of a row and 16 columns go: to `out` as products or, while there are more chunks of terms,
/// to `sums`.
struct Destination {
  float* out;
  double* sums;  ///< added to; null when all terms are summed at once
  double c;
};

/// Eight sums of digits put together, exactly.
inline __m512d combine(__m256i d2, __m256i d1, __m256i d0) {
  const __m512d high = _mm512_mul_pd(_mm512_cvtepi32_pd(d2), _mm512_set1_pd(65536.0));
  const __m512d middle = _mm512_mul_pd(_mm512_cvtepi32_pd(d1), _mm512_set1_pd(256.0));
  return _mm512_add_pd(_mm512_add_pd(high, middle), _mm512_cvtepi32_pd(d0));
}

inline void deliver(const Destination& to, __m512i d2, __m512i d1, __m512i d0) {
  const __m512d low =
      combine(_mm512_castsi512_si256(d2), _mm512_castsi512_si256(d1), _mm512_castsi512_si256(d0));
  const __m512d high = combine(_mm512_extracti64x4_epi64(d2, 1), _mm512_extracti64x4_epi64(d1, 1),
                               _mm512_extracti64x4_epi64(d0, 1));
  if (to.sums != nullptr) {
    _mm512_storeu_pd(to.sums, _mm512_add_pd(_mm512_loadu_pd(to.sums), low));
    _mm512_storeu_pd(to.sums + 8, _mm512_add_pd(_mm512_loadu_pd(to.sums + 8), high));
    return;
  }
  const __m512d c = _mm512_set1_pd(to.c);
  _mm256_storeu_ps(to.out, _mm512_cvtpd_ps(_mm512_mul_pd(low, c)));
  _mm256_storeu_ps(to.out + 8, _mm512_cvtpd_ps(_mm512_mul_pd(high, c)));
}

/// A kernel but for its loops: `Multiply` has name(), panel_rows() and
///   multiply(q, first, terms, columns, packed, destination(r, c)): terms first … first + terms − 1 of all
///   rows and columns.
template <class Multiply>
class ByteKernel final : public Kernel {
 public:
  std::string_view name() const override { return Multiply::name(); }
  std::size_t panel_rows() const override { return Multiply::panel_rows; }
  std::size_t row_bytes(std::size_t terms) const override { return 3 * padded_terms(terms); }
  std::size_t image_bytes(std::size_t images, std::size_t pixels) const override {
    return packed_bytes(pixels, images) + packed_bytes(images, pixels);
  }

  void quantise(const float* values, std::size_t stride, FixedPointRows out) const override {
    for (std::size_t r = 0; r < out.rows; ++r)
      out.scale[r] = write_digits(values + r * stride, out.terms, out.digits + r * row_bytes(out.terms));
  }

  void pack(ImageBytes images, bool for_backward, std::byte* packed) const override {
    pack_images_as_columns(images, packed);
    if (for_backward) pack_pixels_as_columns(images, packed + packed_bytes(images.pixels, images.count));
  }

  void forward(FixedPointRows w, const std::byte* packed, std::size_t images, std::size_t, float* out,
               std::size_t stride) const override {
    product(w, images, packed, out, stride);
  }

  void backward(FixedPointRows d, const std::byte* packed, std::size_t images, std::size_t pixels, float* out,
                std::size_t stride) const override {
    product(d, pixels, packed + packed_bytes(pixels, images), out, stride);
  }

 private:
  static void product(FixedPointRows q, std::size_t columns, const std::byte* packed, float* out,
                      std::size_t stride) {
    const std::size_t terms = padded_terms(q.terms), width = padded(columns);
    if (terms <= chunk_terms) {
      Multiply::multiply(q, 0, terms, columns, packed, [&](std::size_t r, std::size_t c) {
        return Destination{out + r * stride + c, nullptr, q.scale[r]};
      });
    } else {
      double* sums = thread_scratch(q.rows * width);
      for (std::size_t i = 0; i < q.rows * width; ++i) sums[i] = 0.0;
      for (std::size_t k = 0; k < terms; k += chunk_terms)
        Multiply::multiply(q, k, terms - k < chunk_terms ? terms - k : chunk_terms, columns, packed,
                           [&](std::size_t r, std::size_t c) {
                             return Destination{nullptr, sums + r * width + c, 0.0};
                           });
      for (std::size_t r = 0; r < q.rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
          out[r * stride + c] = static_cast<float>(sums[r * width + c] * q.scale[r]);
    }
    // Zeros times NaN are not the zeros that are promised.
    for (std::size_t r = 0; r < q.rows; ++r)
      for (std::size_t c = columns; c < width; ++c) out[r * stride + c] = 0.0f;
  }
};

}  // namespace
}  // namespace runner
