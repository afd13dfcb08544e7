#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace runner {

/// The images of one IDX file (magic number 0x00000803), as the bytes they came as.
struct IdxImages {
  std::size_t count = 0;             ///< images in the file
  std::size_t rows = 0;              ///< height of an image, pixels
  std::size_t columns = 0;           ///< width of an image, pixels
  std::vector<std::uint8_t> pixels;  ///< count × rows × columns, row-major, 0…255
  std::string sha256;                ///< of the whole decompressed file
};

/// The labels of one IDX file (magic number 0x00000801).
struct IdxLabels {
  std::vector<std::uint8_t> labels;
  std::string sha256;  ///< of the whole decompressed file
};

/// Reads an IDX file, gzipped or not (told by its content, not by its name), to its very end.
///
/// Format: http://yann.lecun.com/exdb/mnist (big-endian header, then unsigned bytes).
/// Throws Error (bad_input) that names the file and what is wrong: cannot be opened, empty, wrong magic
/// number, a size of zero, fewer or more bytes than the header says, truncated or corrupt gzip (CRC and
/// length included), images too large for exact products (more than 2^22 pixels). failure: reading fails.
IdxImages read_idx_images(const std::filesystem::path& file);
IdxLabels read_idx_labels(const std::filesystem::path& file);

}  // namespace runner
