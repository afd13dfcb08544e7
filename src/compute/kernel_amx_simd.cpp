// The kernel for processors with AMX: tiles of 16 images (or pixels) × 64 terms, a byte each, times tiles of
// 64 terms × 16 units of one digit.
//
//   digits  for each 64 terms and each digit d0, d1, d2 a tile: 16 quads of four terms, for all units
//   images  rows of pixels, padded to 64; for the backward product the same transposed: rows of images

#include "byte_digits.hpp"
#include "endings.hpp"
#include "simd.hpp"
#include "sparse_quads.hpp"

#include <cstring>

namespace runner::RUNNER_INSTRUCTION_SET {
namespace {

constexpr std::size_t tile_rows = 16;
constexpr std::size_t tile_terms = 64;
constexpr std::size_t tile_bytes = tile_rows * tile_terms;

constexpr std::size_t tiles(std::size_t terms) {
  return (terms + tile_terms - 1) / tile_terms;
}

/// Bytes of so many rows, padded to whole tiles.
constexpr std::size_t rows_bytes(std::size_t rows, std::size_t terms) {
  return padded(rows) * tiles(terms) * tile_terms;
}

/// The operand of LDTILECFG.
struct alignas(64) TileShapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};

/// Tiles 0 to 2 hold the sums of each digit of `rows` images, 3 their pixels, 4 to 6 the digits.
void configure(std::size_t rows) {
  TileShapes shapes;
  for (std::size_t tile = 0; tile < 7; ++tile) {
    shapes.row_bytes[tile] = 64;
    shapes.rows[tile] = static_cast<std::uint8_t>(tile < 4 ? rows : tile_rows);
  }
  _tile_loadconfig(&shapes);
}

/// Sums of 16 images (or pixels) × all units, by digit.
struct alignas(64) Sums {
  std::int32_t d[3][tile_rows][lanes];

  Ints digit(std::size_t d_of, std::size_t row, std::size_t reg) const {
    return *reinterpret_cast<const Ints*>(d[d_of][row] + reg * register_lanes);
  }
};

/// The sums over tiles first … end − 1 of the terms, at most byte_chunk_terms, for the rows that the tiles
/// are configured for.
void add_up(const std::byte* x, std::size_t x_stride, const std::byte* digits, std::size_t first,
            std::size_t end, Sums& sums) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  for (std::size_t k = first; k < end; ++k) {
    const std::byte* tile = digits + 3 * k * tile_bytes;
    _tile_loadd(3, x + k * tile_terms, x_stride);
    _tile_loadd(4, tile, 64);
    _tile_dpbusd(0, 3, 4);
    _tile_loadd(5, tile + tile_bytes, 64);
    _tile_dpbusd(1, 3, 5);
    _tile_loadd(6, tile + 2 * tile_bytes, 64);
    _tile_dpbusd(2, 3, 6);
  }
  _tile_stored(0, sums.d[0], 64);
  _tile_stored(1, sums.d[1], 64);
  _tile_stored(2, sums.d[2], 64);
}

/// The products of up to 16 rows for the units of one register, to deliver(row, product).
template <class Deliver>
void products(const Sums& sums, std::size_t rows, std::size_t reg, const Factors& factors,
              const Deliver& deliver) {
  const Floats high = load(factors.high + reg * register_lanes),
               low = load(factors.low + reg * register_lanes);
  for (std::size_t i = 0; i < rows; ++i) {
    const Ints s0 = sums.digit(0, i, reg), s1 = sums.digit(1, i, reg), s2 = sums.digit(2, i, reg);
    deliver(i, product(to_floats(high_part(s0, s1, s2)), to_floats(low_part(s0, s1)), high, low));
  }
}

/// The same for more terms than 32 bits hold, by way of double.
template <class Deliver>
void long_products(const std::byte* x, std::size_t x_stride, FixedPointBlock q, std::size_t rows,
                   const Deliver& deliver) {
  constexpr std::size_t chunk = byte_chunk_terms / tile_terms;
  const std::size_t all = tiles(q.terms);
  double totals[tile_rows][lanes] = {};
  Sums sums;
  for (std::size_t k = 0; k < all; k += chunk) {
    add_up(x, x_stride, q.digits, k, all - k < chunk ? all : k + chunk, sums);
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t l = 0; l < lanes; ++l)
        totals[i][l] += sums.d[2][i][l] * 65536.0 + sums.d[1][i][l] * 256.0 + sums.d[0][i][l];
  }
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t reg = 0; reg < registers_per_block; ++reg) {
      alignas(64) float out[register_lanes];
      for (std::size_t l = 0; l < register_lanes; ++l)
        out[l] = product(totals[i][reg * register_lanes + l], q.factors->high[reg * register_lanes + l],
                         q.factors->low[reg * register_lanes + l]);
      deliver(i, reg, load(out));
    }
}

/// deliver(row, reg, product) for all rows of x and all registers of units.
template <class Deliver>
void multiply(const std::byte* x, std::size_t rows, FixedPointBlock q, const Deliver& deliver) {
  const std::size_t stride = tiles(q.terms) * tile_terms;
  std::size_t configured = 0;
  for (std::size_t r = 0; r < rows; r += tile_rows) {
    const std::size_t count = rows - r < tile_rows ? rows - r : tile_rows;
    if (count != configured) configure(configured = count);
    const auto deliver_row = [&](std::size_t i, std::size_t reg, Floats product) {
      deliver(r + i, reg, product);
    };
    if (q.terms > byte_chunk_terms) {
      long_products(x + r * stride, stride, q, count, deliver_row);
      continue;
    }
    Sums sums;
    add_up(x + r * stride, stride, q.digits, 0, tiles(q.terms), sums);
    for (std::size_t reg = 0; reg < registers_per_block; ++reg)
      products(sums, count, reg, *q.factors,
               [&](std::size_t i, Floats product) { deliver_row(i, reg, product); });
  }
  _tile_release();
}

/// Rows of images, a pixel each.
void transpose(ImageBytes x, std::byte* to) {
  const std::size_t stride = tiles(x.count) * tile_terms;
  for (std::size_t p = 0; p < x.pixels; p += 16)
    for (std::size_t b = 0; b < stride; b += 16) {
      __m128i rows[16], next[16];
      for (std::size_t i = 0; i < 16; ++i) rows[i] = pixels_of<__m128i>(x, b + i, p);
      // Four times every row of the first half before its fellow of the second.
      for (int round = 0; round < 4; ++round) {
        for (std::size_t i = 0; i < 8; ++i) {
          next[2 * i] = _mm_unpacklo_epi8(rows[i], rows[i + 8]);
          next[2 * i + 1] = _mm_unpackhi_epi8(rows[i], rows[i + 8]);
        }
        std::memcpy(rows, next, sizeof rows);
      }
      for (std::size_t i = 0; i < 16; ++i)
        _mm_store_si128(reinterpret_cast<__m128i*>(to + (p + i) * stride + b), rows[i]);
    }
}

class AmxKernel final : public Kernel {
 public:
  std::string_view name() const override { return {"amx", 3}; }
  std::size_t digit_bytes(std::size_t terms) const override { return 3 * tiles(terms) * tile_bytes; }
  std::size_t image_bytes(std::size_t images, std::size_t pixels) const override {
    return rows_bytes(images, pixels) + rows_bytes(pixels, images);
  }

  void quantise(const float* values, FixedPointBlock out) const override {
    alignas(64) float power[lanes];
    find_scales(values, out.terms, *out.factors, power);
    write_digits(values, power, out);
  }

  void pack(ImageBytes x, bool for_backward, std::byte* packed) const override {
    const std::size_t stride = tiles(x.pixels) * tile_terms;
    for (std::size_t b = 0; b < x.count; ++b) {
      std::memcpy(packed + b * stride, x.data + b * x.pixels, x.pixels);
      std::memset(packed + b * stride + x.pixels, 0, stride - x.pixels);
    }
    if (for_backward) transpose(x, packed + rows_bytes(x.count, x.pixels));
  }

  void forward(FixedPointBlock w, const std::byte* packed, std::size_t images, float* out) const override {
    multiply(packed, images, w, [out](std::size_t b, std::size_t reg, Floats product) {
      store(out + b * lanes + reg * register_lanes, product);
    });
  }

  void backward_descend(FixedPointBlock delta, const std::byte* packed, const float* rate, float* w1,
                        FixedPointBlock w) const override {
    Descend endings[registers_per_block];
    for (std::size_t reg = 0; reg < registers_per_block; ++reg)
      endings[reg].rate = load(rate + reg * register_lanes);
    backward(delta, packed, w.terms, w1, endings);
    alignas(64) std::int32_t largest[lanes];
    for (std::size_t reg = 0; reg < registers_per_block; ++reg)
      *reinterpret_cast<Ints*>(largest + reg * register_lanes) = endings[reg].largest;
    alignas(64) float power[lanes];
    set_scales(largest, *w.factors, power);
    write_digits(w1, power, w);
  }

  void backward_store(FixedPointBlock delta, const std::byte* packed, std::size_t pixels,
                      float* gradient) const override {
    Store endings[registers_per_block];
    backward(delta, packed, pixels, gradient, endings);
  }

 private:
  /// Gives dW1 to the ending of each register of units, pixel by pixel with its place in the block `to`.
  template <class Ending>
  static void backward(FixedPointBlock delta, const std::byte* packed, std::size_t pixels, float* to,
                       Ending (&endings)[registers_per_block]) {
    multiply(packed + rows_bytes(delta.terms, pixels), pixels, delta,
             [&](std::size_t d, std::size_t reg, Floats gradient) {
               endings[reg].take(to + d * lanes + reg * register_lanes, gradient);
             });
  }

  static void write_digits(const float* values, const float* power, FixedPointBlock out) {
    const auto quad_at = [&](std::size_t quad) {
      return out.digits + quad / tile_rows * 3 * tile_bytes + quad % tile_rows * tile_terms;
    };
    for_each_quad(values, out.terms, power, [&](std::size_t quad, std::size_t reg, const auto& q) {
      byte_digits(q, reinterpret_cast<Uints*>(quad_at(quad)) + reg, tile_bytes / sizeof(Uints));
    });
    for (std::size_t quad = (out.terms + 3) / 4; quad < tiles(out.terms) * tile_rows; ++quad)
      for (std::size_t digit = 0; digit < 3; ++digit)
        std::memset(quad_at(quad) + digit * tile_bytes, 0, tile_terms);
  }
};

}  // namespace

const Kernel& amx_kernel() {
  static const AmxKernel kernel;
  return kernel;
}

}  // namespace runner::RUNNER_INSTRUCTION_SET
