#pragma once

#include "runner/files/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
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

/// A file that is read from its beginning, and what has been read of it. Errors are those of ByteSource.
struct BegunFile {
  explicit BegunFile(const std::filesystem::path& file) : name(file.string()), source(file) {}

  /// Reads on until there are so many bytes in all; false if the file ends before. What a file says of its
  /// length may be a lie: memory is taken as data arrive, never more than twice what is there.
  bool read_to(std::uint64_t size);

  /// Reads the bytes that the header, which is what has been read, says are left: so many, and nothing
  /// behind them. bad_input where that is not so.
  void read_body(std::uint64_t size);

  std::string name;
  ByteSource source;
  std::vector<std::uint8_t> bytes;
};

/// A vector without its first so many bytes.
std::vector<std::uint8_t> without_header(std::vector<std::uint8_t> bytes, std::size_t header);

}  // namespace runner
