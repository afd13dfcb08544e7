// The kernel for processors with AMX: tiles of up to 16 images (or pixels) × 64 terms, a byte each, times
// tiles of 64 terms × 16 units of one digit.
//
//   digits  for each 64 terms and each digit d0, d1, d2 a tile: 16 quads of four terms, for all units
//   images  rows of pixels, padded to 64; for the backward product the same transposed: rows of images
//
// Rows go through the tiles two groups of 16 at a time, so that a tile of digits is loaded for both. Tiles of
// pixels that are zero in both groups are left out. A tile of fewer rows takes as long as one of 16.

#include "byte_digits.hpp"
#include "endings.hpp"
#include "simd.hpp"
#include "sparse_quads.hpp"

#include <cstring>
#include <utility>

namespace runner::RUNNER_INSTRUCTION_SET {
namespace {

constexpr std::size_t tile_rows = 16;
constexpr std::size_t tile_terms = 64;
constexpr std::size_t tile_bytes = tile_rows * tile_terms;

constexpr std::size_t tiles_of(std::size_t terms) {
  return (terms + tile_terms - 1) / tile_terms;
}

/// Rows of pixels in groups of tile_rows, a view. The rows past the last and the terms past the last are
/// zero. Number, Byte: const where they are read.
template <class Byte, class Number>
struct PixelTiles {
  std::size_t groups;
  std::size_t tiles;  ///< of a group: one for each 64 terms
  Byte* rows;         ///< a row after the other, 64·tiles bytes each
  Number* counts;     ///< of each pair of groups, the tiles of which either group's is not zero
  Number* places;     ///< which these are, in ascending order; those of a pair begin at pair·tiles

  static std::size_t bytes(std::size_t rows, std::size_t terms) {
    const std::size_t all = tiles_of(terms), groups = padded(rows) / tile_rows, pairs = (groups + 1) / 2;
    return groups * tile_rows * all * tile_terms + padded(pairs * (1 + all)) * sizeof(std::uint32_t);
  }

  static PixelTiles at(Byte* memory, std::size_t rows, std::size_t terms) {
    PixelTiles x{padded(rows) / tile_rows, tiles_of(terms), memory, nullptr, nullptr};
    x.counts = reinterpret_cast<Number*>(memory + x.groups * tile_rows * x.stride());
    x.places = x.counts + x.pairs();
    return x;
  }

  std::size_t pairs() const { return (groups + 1) / 2; }
  /// Groups of a pair: 2, but for the last of an odd number.
  std::size_t groups_of(std::size_t pair) const { return 2 * pair + 1 < groups ? 2 : 1; }
  /// Bytes from a row to the next.
  std::size_t stride() const { return tiles * tile_terms; }
  Byte* group(std::size_t i) const { return rows + i * tile_rows * stride(); }
  Number* places_of(std::size_t pair) const { return places + pair * tiles; }
};
using PackedTiles = PixelTiles<const std::byte, const std::uint32_t>;
using TilesToPack = PixelTiles<std::byte, std::uint32_t>;

/// Finds the tiles that are not zero.
void find_places(const TilesToPack& x) {
  for (std::size_t pair = 0; pair < x.pairs(); ++pair) {
    std::uint32_t count = 0;
    for (std::size_t k = 0; k < x.tiles; ++k) {
      const std::byte* at = x.group(2 * pair) + k * tile_terms;
      Uints any[tile_terms / sizeof(Uints)] = {};
      for (std::size_t r = 0; r < x.groups_of(pair) * tile_rows; ++r, at += x.stride())
        for (std::size_t j = 0; j < std::size(any); ++j) any[j] |= reinterpret_cast<const Uints*>(at)[j];
      std::uint32_t bits = 0;
      for (const Uints& part : any)
        for (std::size_t l = 0; l < register_lanes; ++l) bits |= part[l];
      x.places_of(pair)[count] = static_cast<std::uint32_t>(k);
      count += bits != 0 ? 1 : 0;
    }
    x.counts[pair] = count;
  }
}

/// The operand of LDTILECFG.
struct alignas(64) TileShapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};

/// Tiles 0 to 2 hold the sums of each digit of the first group of a pair, 3 to 5 those of the second, 6 the
/// pixels of either, 7 digits.
void configure() {
  TileShapes shapes;
  for (std::size_t tile = 0; tile < 8; ++tile) {
    shapes.row_bytes[tile] = 64;
    shapes.rows[tile] = tile_rows;
  }
  _tile_loadconfig(&shapes);
}

/// Sums of two groups × all units, by digit.
struct alignas(64) Sums {
  std::int32_t d[2][3][tile_rows][lanes];

  Ints digit(std::size_t group, std::size_t d_of, std::size_t row, std::size_t reg) const {
    return *reinterpret_cast<const Ints*>(d[group][d_of][row] + reg * register_lanes);
  }
};

/// Adds up the products of one pair, over so many of its tiles, at most byte_chunk_terms terms. The pixels
/// are not kept in the level-1 cache, so that the digits stay there.
void add_up(const PackedTiles& x, std::size_t pair, const std::uint32_t* places, std::size_t count,
            const std::byte* digits) {
  const std::byte* const first = x.group(2 * pair);
  const std::byte* const second = first + tile_rows * x.stride();
  const bool both = x.groups_of(pair) == 2;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
  _tile_zero(5);
  for (std::size_t n = 0; n < count; ++n) {
    const std::size_t k = places[n];
    const std::byte* const d0 = digits + 3 * k * tile_bytes;
    const std::byte* const d1 = d0 + tile_bytes;
    const std::byte* const d2 = d1 + tile_bytes;
    _tile_stream_loadd(6, first + k * tile_terms, x.stride());
    _tile_loadd(7, d0, 64);
    _tile_dpbusd(0, 6, 7);
    _tile_loadd(7, d1, 64);
    _tile_dpbusd(1, 6, 7);
    _tile_loadd(7, d2, 64);
    _tile_dpbusd(2, 6, 7);
    if (!both) continue;
    _tile_stream_loadd(6, second + k * tile_terms, x.stride());
    _tile_dpbusd(5, 6, 7);
    _tile_loadd(7, d1, 64);
    _tile_dpbusd(4, 6, 7);
    _tile_loadd(7, d0, 64);
    _tile_dpbusd(3, 6, 7);
  }
}

void store_sums(Sums& sums) {
  _tile_stored(0, sums.d[0][0], 64);
  _tile_stored(1, sums.d[0][1], 64);
  _tile_stored(2, sums.d[0][2], 64);
  _tile_stored(3, sums.d[1][0], 64);
  _tile_stored(4, sums.d[1][1], 64);
  _tile_stored(5, sums.d[1][2], 64);
}

/// What the products of a block are given to: an ending (endings.hpp) for each register of units, with the
/// place of row 0 in the block.
template <class Ending>
struct Endings {
  float* to;
  Ending of[registers_per_block];

  float* at(std::size_t row, std::size_t reg) const { return to + row * lanes + reg * register_lanes; }
};

/// Gives the products of so many rows of one pair, of which the first is `first`, to the endings.
template <class Ending>
void take_products(const Sums& sums, std::size_t first, std::size_t rows, const Factors& factors,
                   Endings<Ending>& endings) {
  for (std::size_t reg = 0; reg < registers_per_block; ++reg) {
    const Floats high = load(factors.high + reg * register_lanes),
                 low = load(factors.low + reg * register_lanes);
    Ending ending = endings.of[reg];
    const auto find_products = [&](std::size_t r, FourFloats& products) {
      unrolled<four_terms>([&](auto i) {
        const std::size_t group = r / tile_rows, row = r % tile_rows + i;
        const Ints s0 = sums.digit(group, 0, row, reg), s1 = sums.digit(group, 1, row, reg),
                   s2 = sums.digit(group, 2, row, reg);
        products[i] = product(to_floats(high_part(s0, s1, s2)), to_floats(low_part(s0, s1)), high, low);
      });
    };
    std::size_t r = 0;
    for (; r + four_terms <= rows; r += four_terms) {
      FourFloats products;
      find_products(r, products);
      ending.take((first + r) / four_terms, endings.at(first + r, reg), products);
    }
    if (r < rows) {
      FourFloats products;
      find_products(r, products);
      ending.take_last((first + r) / four_terms, endings.at(first + r, reg), products, rows - r);
    }
    endings.of[reg] = ending;
  }
}

/// The same for more terms than 32 bits hold, by way of double.
template <class Ending>
void take_long_products(const PackedTiles& x, std::size_t pair, std::size_t rows, FixedPointBlock q,
                        Endings<Ending>& endings) {
  constexpr std::size_t chunk = byte_chunk_terms / tile_terms;
  double totals[2][tile_rows][lanes] = {};
  Sums sums;
  for (std::size_t n = 0; n < x.counts[pair]; n += chunk) {
    const std::size_t left = x.counts[pair] - n;
    add_up(x, pair, x.places_of(pair) + n, left < chunk ? left : chunk, q.digits);
    store_sums(sums);
    for (std::size_t group = 0; group < 2; ++group)
      for (std::size_t i = 0; i < tile_rows; ++i)
        for (std::size_t l = 0; l < lanes; ++l)
          totals[group][i][l] +=
              sums.d[group][2][i][l] * 65536.0 + sums.d[group][1][i][l] * 256.0 + sums.d[group][0][i][l];
  }
  const std::size_t first = 2 * pair * tile_rows;
  alignas(64) float out[2 * tile_rows][lanes];
  for (std::size_t r = 0; r < 2 * tile_rows; ++r)
    for (std::size_t l = 0; l < lanes; ++l)
      out[r][l] = product(totals[r / tile_rows][r % tile_rows][l], q.factors->high[l], q.factors->low[l]);
  for (std::size_t r = 0; r < rows; r += four_terms)
    for (std::size_t reg = 0; reg < registers_per_block; ++reg) {
      FourFloats products;
      unrolled<four_terms>([&](auto i) { products[i] = load(out[r + i] + reg * register_lanes); });
      endings.of[reg].take_last((first + r) / four_terms, endings.at(first + r, reg), products,
                                rows - r < four_terms ? rows - r : four_terms);
    }
}

/// Gives the products of all rows to the endings.
template <class Ending>
void multiply(const PackedTiles& x, std::size_t rows, FixedPointBlock q, Endings<Ending>& endings) {
  // The compiler does not know what the tiles are loaded from.
  asm volatile("" ::: "memory");
  configure();
  const auto rows_of = [rows](std::size_t pair) {
    const std::size_t left = rows - 2 * pair * tile_rows;
    return left < 2 * tile_rows ? left : 2 * tile_rows;
  };
  if (q.terms > byte_chunk_terms) {
    for (std::size_t pair = 0; pair < x.pairs(); ++pair)
      take_long_products(x, pair, rows_of(pair), q, endings);
    _tile_release();
    return;
  }
  bool finite = true;  // else a row of zeros has products all the same: NaN
  for (std::size_t reg = 0; reg < registers_per_block; ++reg) finite = finite && all_finite(*q.factors, reg);
  // The tiles work on the next pair while the sums of this one become products.
  Sums sums;
  const auto add_up_pair = [&](std::size_t pair) {
    add_up(x, pair, x.places_of(pair), x.counts[pair], q.digits);
  };
  add_up_pair(0);
  store_sums(sums);
  for (std::size_t pair = 0; pair < x.pairs(); ++pair) {
    const bool more = pair + 1 < x.pairs();
    if (more) add_up_pair(pair + 1);
    const std::size_t first = 2 * pair * tile_rows;
    if (x.counts[pair] == 0 && finite)
      for (std::size_t reg = 0; reg < registers_per_block; ++reg)
        endings.of[reg].take_zeros(endings.at(first, reg), rows_of(pair));
    else
      take_products(sums, first, rows_of(pair), *q.factors, endings);
    if (more) store_sums(sums);
  }
  _tile_release();
}

/// 32 rows of 16 bytes to 16 rows of 32, `stride` apart.
void transpose(const __m128i (&from)[32], std::byte* to, std::size_t stride) {
  __m256i rows[16], next[16];
  for (std::size_t i = 0; i < 16; ++i) rows[i] = _mm256_set_m128i(from[16 + i], from[i]);
  // Four times every row of the first half before its fellow of the second.
  for (int round = 0; round < 4; ++round) {
    for (std::size_t i = 0; i < 8; ++i) {
      next[2 * i] = _mm256_unpacklo_epi8(rows[i], rows[i + 8]);
      next[2 * i + 1] = _mm256_unpackhi_epi8(rows[i], rows[i + 8]);
    }
    std::memcpy(rows, next, sizeof rows);
  }
  for (std::size_t i = 0; i < 16; ++i)
    _mm256_store_si256(reinterpret_cast<__m256i*>(to + i * stride), rows[i]);
}

/// Rows of images, a pixel each.
void pack_pixel_rows(ImageBytes x, const TilesToPack& to) {
  const std::size_t whole = x.pixels / 16 * 16;
  for (std::size_t p = 0; p < whole; p += 16)
    for (std::size_t b = 0; b < to.stride(); b += 32) {
      __m128i from[32];
      for (std::size_t i = 0; i < 32; ++i) from[i] = pixels_of<__m128i>(x, b + i, p);
      transpose(from, to.rows + p * to.stride() + b, to.stride());
    }
  for (std::size_t p = whole; p < x.pixels; ++p) {
    std::byte* const row = to.rows + p * to.stride();
    for (std::size_t b = 0; b < x.count; ++b) row[b] = std::byte{x.data[b * x.pixels + p]};
    std::memset(row + x.count, 0, to.stride() - x.count);
  }
  std::memset(to.rows + x.pixels * to.stride(), 0, (padded(x.pixels) - x.pixels) * to.stride());
}

void pack_image_rows(ImageBytes x, const TilesToPack& to) {
  for (std::size_t b = 0; b < x.count; ++b) {
    std::memcpy(to.rows + b * to.stride(), x.data + b * x.pixels, x.pixels);
    std::memset(to.rows + b * to.stride() + x.pixels, 0, to.stride() - x.pixels);
  }
  std::memset(to.rows + x.count * to.stride(), 0, (padded(x.count) - x.count) * to.stride());
}

class AmxKernel final : public Kernel {
 public:
  std::string_view name() const override { return {"amx", 3}; }
  std::size_t digit_bytes(std::size_t terms) const override { return 3 * tiles_of(terms) * tile_bytes; }
  std::size_t image_bytes(std::size_t images, std::size_t pixels) const override {
    return PackedTiles::bytes(images, pixels) + PackedTiles::bytes(pixels, images);
  }

  void quantise(const float* values, FixedPointBlock out) const override {
    alignas(64) float power[lanes];
    find_scales(values, out.terms, *out.factors, power);
    write_digits(values, power, out);
  }

  void pack(ImageBytes x, bool for_backward, std::byte* packed) const override {
    const TilesToPack images = TilesToPack::at(packed, x.count, x.pixels);
    pack_image_rows(x, images);
    find_places(images);
    if (!for_backward) return;
    const TilesToPack pixels =
        TilesToPack::at(packed + PackedTiles::bytes(x.count, x.pixels), x.pixels, x.count);
    pack_pixel_rows(x, pixels);
    find_places(pixels);
  }

  void forward(FixedPointBlock w, const std::byte* packed, std::size_t images, float* out) const override {
    Endings<Store> endings{out, {}};
    multiply(PackedTiles::at(packed, images, w.terms), images, w, endings);
  }

  void backward_descend(FixedPointBlock delta, const std::byte* packed, const float* rate, float* w1,
                        FixedPointBlock w) const override {
    Endings<Descend<WriteQuad>> endings{w1, {}};
    for (std::size_t reg = 0; reg < registers_per_block; ++reg)
      endings.of[reg] = {load(rate + reg * register_lanes), power_of(*w.factors, reg), {w.digits, reg}};
    multiply(pixel_rows(packed, delta.terms, w.terms), w.terms, delta, endings);
    alignas(64) std::int32_t largest[lanes];
    for (std::size_t reg = 0; reg < registers_per_block; ++reg)
      *reinterpret_cast<Ints*>(largest + reg * register_lanes) = endings.of[reg].largest;
    alignas(64) float power[lanes];
    if (!keep_scales(largest, *w.factors, power)) write_digits(w1, power, w);
  }

  void backward_store(FixedPointBlock delta, const std::byte* packed, std::size_t pixels,
                      float* gradient) const override {
    Endings<Store> endings{gradient, {}};
    multiply(pixel_rows(packed, delta.terms, pixels), pixels, delta, endings);
  }

 private:
  static PackedTiles pixel_rows(const std::byte* packed, std::size_t images, std::size_t pixels) {
    return PackedTiles::at(packed + PackedTiles::bytes(images, pixels), pixels, images);
  }

  static std::byte* quad_at(std::byte* digits, std::size_t quad) {
    return digits + quad / tile_rows * 3 * tile_bytes + quad % tile_rows * tile_terms;
  }

  /// Writes digits of the units in one register.
  struct WriteQuad {
    std::byte* digits;
    std::size_t reg;

    [[gnu::always_inline]] void operator()(std::size_t quad, const Ints (&q)[four_terms]) const {
      byte_digits(q, reinterpret_cast<Uints*>(quad_at(digits, quad)) + reg, tile_bytes / sizeof(Uints));
    }
  };

  static void write_digits(const float* values, const float* power, FixedPointBlock out) {
    for_each_quad(values, out.terms, power, [&](std::size_t quad, std::size_t reg, const auto& q) {
      WriteQuad{out.digits, reg}(quad, q);
    });
    for (std::size_t quad = (out.terms + 3) / 4; quad < tiles_of(out.terms) * tile_rows; ++quad)
      for (std::size_t digit = 0; digit < 3; ++digit)
        std::memset(quad_at(out.digits, quad) + digit * tile_bytes, 0, tile_terms);
  }
};

}  // namespace

const Kernel& amx_kernel() {
  static const AmxKernel kernel;
  return kernel;
}

}  // namespace runner::RUNNER_INSTRUCTION_SET
