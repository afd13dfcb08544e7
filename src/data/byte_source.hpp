#pragma once

#include "runner/files/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <zlib.h>

namespace runner {

/// A file in a ZIP archive.
struct ZipMember {
  std::string name;
  std::uint64_t offset;           ///< where its bytes begin in the archive
  std::uint64_t compressed_size;  ///< how many they are
  std::uint64_t size;             ///< of the file itself
  std::uint32_t crc;              ///< CRC-32 of the file itself
  bool deflated;                  ///< compressed, or else stored as it is
};

/// The bytes of a file in order, decompressed if the content is gzip (several gzip members are one file). Or
/// the bytes of a file in a ZIP archive. Not shared between threads.
///
/// Throws Error naming the file. bad_input: it cannot be opened, its data are corrupt or truncated, or more
/// follows after their end; failure: the system cannot read it.
class ByteSource {
 public:
  explicit ByteSource(const std::filesystem::path& file);
  ByteSource(const std::filesystem::path& archive, const ZipMember& member);

  /// Fills `out` and returns how many bytes it got: fewer than out.size() only at the end of the data.
  /// Checksum and length of compressed data are verified before the end is reported.
  std::size_t read(std::span<std::uint8_t> out);

  /// Goes back to the beginning. bad_input for a pipe or a device.
  void rewind();

  /// An upper bound of the number of bytes; nothing if none is known.
  std::optional<std::uint64_t> most() const;

  const std::filesystem::path& path() const { return path_; }

 private:
  struct EndInflate {
    void operator()(z_stream* stream) const noexcept {
      inflateEnd(stream);
      delete stream;
    }
  };

  void begin_inflating(int window_bits);
  /// Makes sure that `input_` holds something; false at the end of the file.
  bool fill();
  std::size_t read_plain(std::span<std::uint8_t> out);
  std::size_t inflate_some(std::span<std::uint8_t> out);
  bool another_member();
  void check_member() const;

  std::filesystem::path path_;
  std::string name_;  ///< for messages
  std::optional<ZipMember> member_;
  Descriptor file_;
  std::vector<std::uint8_t> buffer_;
  std::span<std::uint8_t> input_;                    ///< what is left in `buffer_`
  std::uint64_t taken_ = 0;                          ///< bytes of the file or member that have been read
  std::uint64_t given_ = 0;                          ///< bytes that read() has given
  std::uint32_t crc_ = 0;                            ///< of a member, as far as it has been given
  std::unique_ptr<z_stream, EndInflate> inflating_;  ///< null for plain data
  bool ended_ = false;                               ///< the compressed data are complete and verified
};

/// A file whose first bytes have been read, and these bytes. Errors are those of ByteSource.
struct BegunFile {
  explicit BegunFile(const std::filesystem::path& file)
      : name(file.string()), source(std::make_unique<ByteSource>(file)) {}
  BegunFile(std::string named, std::unique_ptr<ByteSource> bytes_of)
      : name(std::move(named)), source(std::move(bytes_of)) {}

  /// Reads on until `bytes` has `size` bytes; false if the file ends before. A header may lie about lengths,
  /// so memory is taken as data arrive: never more than twice what is there.
  bool read_to(std::uint64_t size);

  std::string name;
  std::unique_ptr<ByteSource> source;
  std::vector<std::uint8_t> bytes;
};

}  // namespace runner
