#pragma once

#include "runner/files/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include <zlib.h>

namespace runner {

/// The bytes of a file in order, decompressed if they are gzip (told by the content). Not shared between
/// threads.
///
/// Throws Error naming the file. bad_input: it cannot be opened, corrupt or truncated gzip, anything after
/// its end; failure: the system cannot read it.
class ByteSource {
 public:
  explicit ByteSource(const std::filesystem::path& file);

  /// Fills `out` and returns its size; less only at the end of the data. gzip's checksum and length are
  /// verified before the end is reported.
  std::size_t read(std::span<std::uint8_t> out);

 private:
  struct EndInflate {
    void operator()(z_stream* stream) const noexcept {
      inflateEnd(stream);
      delete stream;
    }
  };

  /// Makes sure that `input_` holds something; false at the end of the file.
  bool fill();
  std::size_t read_plain(std::span<std::uint8_t> out);
  std::size_t inflate_some(std::span<std::uint8_t> out);

  std::filesystem::path path_;
  Descriptor file_;
  std::vector<std::uint8_t> buffer_;
  std::span<std::uint8_t> input_;                    ///< what is left in `buffer_`
  std::unique_ptr<z_stream, EndInflate> inflating_;  ///< null for a plain file
  bool ended_ = false;                               ///< the gzip stream is complete and verified
};

}  // namespace runner
