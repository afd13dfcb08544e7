#pragma once

// AMX's tiles in plain C++, after Intel's "Architecture Instruction Set Extensions Programming Reference", so
// that the kernel `amx` is tested on processors without AMX: included before its source, in place of the
// compiler's intrinsics.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <immintrin.h>

namespace software_tiles {

struct Tile {
  std::size_t rows = 0;
  std::size_t row_bytes = 0;
  std::uint8_t bytes[16][64] = {};
};

inline thread_local Tile tiles[8];

inline void load_config(const void* memory) {
  const auto* config = static_cast<const std::uint8_t*>(memory);
  for (std::size_t t = 0; t < 8; ++t) {
    tiles[t] = Tile();
    std::uint16_t row_bytes = 0;
    std::memcpy(&row_bytes, config + 16 + 2 * t, sizeof row_bytes);
    tiles[t].row_bytes = row_bytes;
    tiles[t].rows = config[48 + t];
  }
}

inline void release() {
  for (Tile& tile : tiles) tile = Tile();
}

inline void zero(Tile& tile) {
  std::memset(tile.bytes, 0, sizeof tile.bytes);
}

inline void load(Tile& tile, const void* memory, std::size_t stride) {
  zero(tile);
  for (std::size_t r = 0; r < tile.rows; ++r)
    std::memcpy(tile.bytes[r], static_cast<const std::uint8_t*>(memory) + r * stride, tile.row_bytes);
}

inline void store(const Tile& tile, void* memory, std::size_t stride) {
  for (std::size_t r = 0; r < tile.rows; ++r)
    std::memcpy(static_cast<std::uint8_t*>(memory) + r * stride, tile.bytes[r], tile.row_bytes);
}

/// c(m, n) += Σ a(m, 4k + i)·b(k, 4n + i), a unsigned, b signed, in 32 bits that wrap around.
inline void dot_products(Tile& c, const Tile& a, const Tile& b) {
  for (std::size_t m = 0; m < c.rows; ++m)
    for (std::size_t k = 0; k < a.row_bytes / 4; ++k)
      for (std::size_t n = 0; n < c.row_bytes / 4; ++n) {
        std::uint32_t sum;
        std::memcpy(&sum, &c.bytes[m][4 * n], sizeof sum);
        for (std::size_t i = 0; i < 4; ++i)
          sum += static_cast<std::uint32_t>(a.bytes[m][4 * k + i] *
                                            static_cast<std::int8_t>(b.bytes[k][4 * n + i]));
        std::memcpy(&c.bytes[m][4 * n], &sum, sizeof sum);
      }
}

}  // namespace software_tiles

#undef _tile_loadconfig
#undef _tile_release
#undef _tile_zero
#undef _tile_loadd
#undef _tile_stream_loadd
#undef _tile_stored
#undef _tile_dpbusd
#define _tile_loadconfig(config) software_tiles::load_config(config)
#define _tile_release() software_tiles::release()
#define _tile_zero(t) software_tiles::zero(software_tiles::tiles[t])
#define _tile_loadd(t, memory, stride) software_tiles::load(software_tiles::tiles[t], memory, stride)
#define _tile_stream_loadd(t, memory, stride) _tile_loadd(t, memory, stride)
#define _tile_stored(t, memory, stride) software_tiles::store(software_tiles::tiles[t], memory, stride)
#define _tile_dpbusd(c, a, b) \
  software_tiles::dot_products(software_tiles::tiles[c], software_tiles::tiles[a], software_tiles::tiles[b])
