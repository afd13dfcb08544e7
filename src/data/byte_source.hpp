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

/// The bytes of a file in order, decompressed if they are gzip (told by the content; several gzip members are
/// one file). Or those of a file in a ZIP archive. Not shared between threads.
///
/// Throws Error naming the file. bad_input: it cannot be opened, corrupt or truncated data, anything after
/// their end; failure: the system cannot read it.
class ByteSource {
 public:
  explicit ByteSource(const std::filesystem::path& file);
  ByteSource(const std::filesystem::path& archive, const ZipMember& member);

  /// Fills `out` and returns its size; less only at the end of the data. Checksum and length of compressed
  /// data are verified before the end is reported.
  std::size_t read(std::span<std::uint8_t> out);

  /// Begins again. bad_input for a pipe or a device.
  void rewind();

  /// There are not more bytes than this; none where that is not known.
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

/// A file that is read from its beginning, and what has been read of it. Errors are those of ByteSource.
struct BegunFile {
  explicit BegunFile(const std::filesystem::path& file)
      : name(file.string()), source(std::make_unique<ByteSource>(file)) {}
  BegunFile(std::string named, std::unique_ptr<ByteSource> bytes_of)
      : name(std::move(named)), source(std::move(bytes_of)) {}

  /// Reads on until there are so many bytes in all; false if the file ends before. What a file says of its
  /// length may be a lie: memory is taken as data arrive, never more than twice what is there.
  bool read_to(std::uint64_t size);

  std::string name;
  std::unique_ptr<ByteSource> source;
  std::vector<std::uint8_t> bytes;
};

}  // namespace runner
