// The kernel for processors with AMX: tiles of 16 rows × 64 signed digits times tiles of 64 terms × 16
// columns.

#include "byte_digits_avx512.hpp"

namespace runner::RUNNER_INSTRUCTION_SET {
namespace {

constexpr std::size_t tile_rows = 16;
constexpr std::size_t tile_bytes = 1024;

/// The operand of LDTILECFG.
struct alignas(64) TileShapes {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};

struct TileMultiply {
  static std::string_view name() { return {"amx", 3}; }
  static constexpr std::size_t panel_rows = 48;

  /// Tiles 0 to 2 hold the sums of each digit, 3 to 5 the digits, 6 the pixels.
  static void configure(std::size_t rows) {
    TileShapes shapes;
    for (std::size_t tile = 0; tile < 7; ++tile) {
      shapes.row_bytes[tile] = 64;
      shapes.rows[tile] = static_cast<std::uint8_t>(tile == 6 ? 16 : rows);
    }
    _tile_loadconfig(&shapes);
  }

  template <class To>
  static void multiply(FixedPointRows q, std::size_t first_term, std::size_t terms, std::size_t columns,
                       const std::byte* packed, const To& to) {
    const std::size_t plane = padded_terms(q.terms), stride = 3 * plane;
    alignas(64) std::int32_t sums[3][tile_rows][16];
    std::size_t configured = 0;
    for (std::size_t r = 0; r < q.rows; r += tile_rows) {
      const std::size_t rows = q.rows - r < tile_rows ? q.rows - r : tile_rows;
      if (rows != configured) configure(configured = rows);
      const std::byte* digits = q.digits + r * stride + first_term;
      for (std::size_t c = 0; c < columns; c += 16) {
        const std::byte* pixels = packed + c * plane + first_term * 16;
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        for (std::size_t k = 0; k < terms; k += 64) {
          _tile_loadd(6, pixels + k / 64 * tile_bytes, 64);
          _tile_loadd(3, digits + k, stride);
          _tile_dpbsud(0, 3, 6);
          _tile_loadd(4, digits + plane + k, stride);
          _tile_dpbsud(1, 4, 6);
          _tile_loadd(5, digits + 2 * plane + k, stride);
          _tile_dpbsud(2, 5, 6);
        }
        _tile_stored(0, sums[0], 64);
        _tile_stored(1, sums[1], 64);
        _tile_stored(2, sums[2], 64);
        for (std::size_t i = 0; i < rows; ++i)
          deliver(to(r + i, c), _mm512_load_si512(sums[0][i]), _mm512_load_si512(sums[1][i]),
                  _mm512_load_si512(sums[2][i]));
      }
    }
    _tile_release();
  }
};

}  // namespace

const Kernel& amx_kernel() {
  static const ByteKernel<TileMultiply> kernel;
  return kernel;
}

}  // namespace runner::RUNNER_INSTRUCTION_SET
