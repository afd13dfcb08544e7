// The kernel for processors with AVX2 alone: two 12-bit digits, multiplied in pairs of 16-bit numbers and
// added up in 32 bits.
//
//   q = d1·2^12 + d0, |d1| ≤ 2,040, -2,048 ≤ d0 < 2,048     a row: plane d1, plane d0, of padded_terms 16-bit
//   numbers columns in blocks of 8; a block: for each pair of terms, 8 columns × 2 pixels, 16 bits each

#include "fixed_point.hpp"
#include "hot.hpp"
#include "unrolled.hpp"

#include <cstring>

#include <immintrin.h>

namespace runner::RUNNER_INSTRUCTION_SET {
namespace {

constexpr std::size_t block_columns = 8;

/// 4,096·255·2,048 < 2^31: so many terms may be summed in 32 bits.
constexpr std::size_t chunk_terms = 4'096;

/// Terms are padded with zeros to whole cache lines of 16-bit numbers.
inline std::size_t padded_terms(std::size_t terms) {
  return (terms + 31) / 32 * 32;
}

/// 16-bit numbers of `columns` packed columns of `terms` terms.
inline std::size_t packed_size(std::size_t terms, std::size_t columns) {
  return (columns + block_columns - 1) / block_columns * block_columns * padded_terms(terms);
}

/// The 8 × 8 matrix of 32-bit words in eight registers, transposed.
inline void transpose(__m256i (&r)[8]) {
  __m256i t[8];
  for (std::size_t i = 0; i < 8; i += 2) {
    t[i] = _mm256_unpacklo_epi32(r[i], r[i + 1]);
    t[i + 1] = _mm256_unpackhi_epi32(r[i], r[i + 1]);
  }
  __m256i u[8];
  for (std::size_t i = 0; i < 8; i += 4) {
    u[i] = _mm256_unpacklo_epi64(t[i], t[i + 2]);
    u[i + 1] = _mm256_unpackhi_epi64(t[i], t[i + 2]);
    u[i + 2] = _mm256_unpacklo_epi64(t[i + 1], t[i + 3]);
    u[i + 3] = _mm256_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    r[i] = _mm256_permute2x128_si256(u[i], u[i + 4], 0x20);
    r[i + 4] = _mm256_permute2x128_si256(u[i], u[i + 4], 0x31);
  }
}

/// 16 pixels from pixel p of image b as 16-bit numbers; zeros past the last pixel and the last image.
inline __m256i pixels_of(ImageBytes x, std::size_t b, std::size_t p) {
  if (b >= x.count || p >= x.pixels) return _mm256_setzero_si256();
  const std::uint8_t* from = x.data + b * x.pixels + p;
  if (x.pixels - p >= 16)
    return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  alignas(16) std::uint8_t rest[16] = {};
  std::memcpy(rest, from, x.pixels - p);
  return _mm256_cvtepu8_epi16(_mm_load_si128(reinterpret_cast<const __m128i*>(rest)));
}

inline void store(std::int16_t* to, __m256i v) {
  _mm256_store_si256(reinterpret_cast<__m256i*>(to), v);
}

/// Terms = pixels, columns = images: blocks of 8 images, their pairs of pixels transposed.
void pack_images_as_columns(ImageBytes x, std::int16_t* packed) {
  const std::size_t terms = padded_terms(x.pixels);
  for (std::size_t b = 0; b < x.count; b += block_columns)
    for (std::size_t p = 0; p < terms; p += 16) {
      __m256i pairs[8];
      for (std::size_t i = 0; i < 8; ++i) pairs[i] = pixels_of(x, b + i, p);
      transpose(pairs);
      for (std::size_t k = 0; k < 8; ++k) store(packed + b * terms + p * block_columns + 16 * k, pairs[k]);
    }
}

/// Terms = images, columns = pixels: two images interleaved.
void pack_pixels_as_columns(ImageBytes x, std::int16_t* packed) {
  const std::size_t terms = padded_terms(x.count);
  for (std::size_t b = 0; b < terms; b += 2)
    for (std::size_t p = 0; p < x.pixels; p += 16) {
      const __m256i even = pixels_of(x, b, p), odd = pixels_of(x, b + 1, p);
      const __m256i low = _mm256_unpacklo_epi16(even, odd), high = _mm256_unpackhi_epi16(even, odd);
      std::int16_t* to = packed + p * terms + b * block_columns;
      store(to, _mm256_permute2x128_si256(low, high, 0x20));
      if (p + 8 < x.pixels) store(to + block_columns * terms, _mm256_permute2x128_si256(low, high, 0x31));
    }
}

inline __m256i two_digits(const std::int16_t* digits) {
  std::int32_t word;
  std::memcpy(&word, digits, sizeof word);
  return _mm256_set1_epi32(word);
}

/// Four sums of digits put together, exactly.
inline __m256d combine(__m128i d1, __m128i d0) {
  return _mm256_add_pd(_mm256_mul_pd(_mm256_cvtepi32_pd(d1), _mm256_set1_pd(4096.0)), _mm256_cvtepi32_pd(d0));
}

/// Rows × Blocks·8 sums, added to sums[i·width + …] or, where that is null, turned into products.
template <std::size_t Rows, std::size_t Blocks>
void multiply_block(const std::int16_t* digits, std::size_t plane, const std::int16_t* pixels,
                    std::size_t terms, const double* c, float* out, std::size_t stride, double* sums,
                    std::size_t width) {
  __m256i sum[2 * Rows][Blocks];
  unrolled<2 * Rows>([&](auto i) { unrolled<Blocks>([&](auto j) { sum[i][j] = _mm256_setzero_si256(); }); });
  for (std::size_t k = 0; k < terms; k += 2) {
    __m256i x[Blocks];
    unrolled<Blocks>([&](auto j) {
      x[j] = _mm256_load_si256(reinterpret_cast<const __m256i*>(pixels + block_columns * (j * plane + k)));
    });
    unrolled<2 * Rows>([&](auto i) {
      const __m256i w = two_digits(digits + i * plane + k);
      unrolled<Blocks>([&](auto j) { sum[i][j] = _mm256_add_epi32(sum[i][j], _mm256_madd_epi16(x[j], w)); });
    });
  }
  unrolled<Rows>([&](auto i) {
    unrolled<Blocks>([&](auto j) {
      const __m256i d1 = sum[2 * i][j], d0 = sum[2 * i + 1][j];
      const __m256d low = combine(_mm256_castsi256_si128(d1), _mm256_castsi256_si128(d0));
      const __m256d high = combine(_mm256_extracti128_si256(d1, 1), _mm256_extracti128_si256(d0, 1));
      if (sums != nullptr) {
        double* to = sums + i * width + block_columns * j;
        _mm256_storeu_pd(to, _mm256_add_pd(_mm256_loadu_pd(to), low));
        _mm256_storeu_pd(to + 4, _mm256_add_pd(_mm256_loadu_pd(to + 4), high));
      } else {
        float* to = out + i * stride + block_columns * j;
        _mm_storeu_ps(to, _mm256_cvtpd_ps(_mm256_mul_pd(low, _mm256_set1_pd(c[i]))));
        _mm_storeu_ps(to + 4, _mm256_cvtpd_ps(_mm256_mul_pd(high, _mm256_set1_pd(c[i]))));
      }
    });
  });
}

class Avx2Kernel final : public Kernel {
 public:
  std::string_view name() const override { return {"avx2", 4}; }
  std::size_t panel_rows() const override { return 48; }
  std::size_t row_bytes(std::size_t terms) const override {
    return 2 * padded_terms(terms) * sizeof(std::int16_t);
  }
  std::size_t image_bytes(std::size_t images, std::size_t pixels) const override {
    return (packed_size(pixels, images) + packed_size(images, pixels)) * sizeof(std::int16_t);
  }

  void quantise(const float* values, std::size_t stride, FixedPointRows out) const override {
    const std::size_t plane = padded_terms(out.terms);
    for (std::size_t r = 0; r < out.rows; ++r) {
      const float* __restrict row = values + r * stride;
      std::int16_t* __restrict d1 = digits_of(out, r);
      std::int16_t* __restrict d0 = d1 + plane;
      const RowScale scale = row_scale(largest_magnitude(row, out.terms));
      out.scale[r] = scale.c;
      const std::size_t used = scale.power == 0.0f ? 0 : out.terms;
      for (std::size_t i = 0; i < used; ++i) {
        const std::int32_t q = fixed_point(row[i], scale.power), high = (q + 2048) >> 12;
        d1[i] = static_cast<std::int16_t>(high);
        d0[i] = static_cast<std::int16_t>(q - high * 4096);
      }
      std::memset(d1 + used, 0, (plane - used) * sizeof(std::int16_t));
      std::memset(d0 + used, 0, (plane - used) * sizeof(std::int16_t));
    }
  }

  void pack(ImageBytes images, bool for_backward, std::byte* packed) const override {
    auto* numbers = reinterpret_cast<std::int16_t*>(packed);
    pack_images_as_columns(images, numbers);
    if (for_backward) pack_pixels_as_columns(images, numbers + packed_size(images.pixels, images.count));
  }

  void forward(FixedPointRows w, const std::byte* packed, std::size_t images, std::size_t, float* out,
               std::size_t stride) const override {
    product(w, images, reinterpret_cast<const std::int16_t*>(packed), out, stride);
  }

  void backward(FixedPointRows d, const std::byte* packed, std::size_t images, std::size_t pixels, float* out,
                std::size_t stride) const override {
    product(d, pixels, reinterpret_cast<const std::int16_t*>(packed) + packed_size(pixels, images), out,
            stride);
  }

 private:
  static std::int16_t* digits_of(FixedPointRows rows, std::size_t r) {
    return reinterpret_cast<std::int16_t*>(rows.digits) + r * 2 * padded_terms(rows.terms);
  }

  static void product(FixedPointRows q, std::size_t columns, const std::int16_t* packed, float* out,
                      std::size_t stride) {
    const std::size_t terms = padded_terms(q.terms), width = padded(columns);
    double* sums = terms <= chunk_terms ? nullptr : thread_scratch(q.rows * width);
    for (std::size_t i = 0; sums != nullptr && i < q.rows * width; ++i) sums[i] = 0.0;
    for (std::size_t k = 0; k < terms; k += chunk_terms)
      multiply(q, k, terms - k < chunk_terms ? terms - k : chunk_terms, columns, packed, out, stride, sums,
               width);
    for (std::size_t r = 0; r < q.rows; ++r) {
      for (std::size_t c = 0; sums != nullptr && c < columns; ++c)
        out[r * stride + c] = static_cast<float>(sums[r * width + c] * q.scale[r]);
      // Blocks are narrower than the padding, and zeros times NaN are not the zeros that are promised.
      for (std::size_t c = columns; c < width; ++c) out[r * stride + c] = 0.0f;
    }
  }

  static void multiply(FixedPointRows q, std::size_t first_term, std::size_t terms, std::size_t columns,
                       const std::int16_t* packed, float* out, std::size_t stride, double* sums,
                       std::size_t width) {
    const std::size_t plane = padded_terms(q.terms);
    const auto all_rows = [&](std::size_t c, auto blocks) {
      const std::int16_t* pixels = packed + c * plane + first_term * block_columns;
      const auto rows = [&](std::size_t r, auto count) {
        multiply_block<count, blocks>(digits_of(q, r) + first_term, plane, pixels, terms, q.scale + r,
                                      out + r * stride + c, stride,
                                      sums == nullptr ? nullptr : sums + r * width + c, width);
      };
      std::size_t r = 0;
      for (; r + 3 <= q.rows; r += 3) rows(r, std::integral_constant<std::size_t, 3>());
      for (; r < q.rows; ++r) rows(r, std::integral_constant<std::size_t, 1>());
    };
    std::size_t c = 0;
    for (; c + block_columns < columns; c += 2 * block_columns)
      all_rows(c, std::integral_constant<std::size_t, 2>());
    if (c < columns) all_rows(c, std::integral_constant<std::size_t, 1>());
  }
};

}  // namespace

const Kernel& avx2_kernel() {
  static const Avx2Kernel kernel;
  return kernel;
}

}  // namespace runner::RUNNER_INSTRUCTION_SET
