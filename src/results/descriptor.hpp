#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include <fcntl.h>

namespace runner {

/// Owns a POSIX file descriptor. Move-only. All functions throw Error (failure) with the file and the
/// system's reason.
class Descriptor {
 public:
  /// open(2) with O_CLOEXEC; a file made by O_CREAT may be read and written by all that the umask lets.
  Descriptor(const std::filesystem::path& file, int flags);
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept
      : file_(std::move(other.file_)), number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;

  int number() const noexcept { return number_; }

  /// flock(2) without waiting; false where somebody else's lock stands against it.
  bool try_lock(int operation);

  std::uint64_t size() const;

  /// So many bytes at `offset`; it is a failure if they are not there.
  std::string read_at(std::uint64_t offset, std::uint64_t count) const;

  /// Writes all of it at `offset`.
  void write_at(std::uint64_t offset, const void* bytes, std::size_t count);

  /// fdatasync: what was written is on the medium.
  void sync_data();

  /// fsync: the same, and all the file system knows of the file; for a folder its names.
  void sync_all();

 private:
  std::filesystem::path file_;
  int number_;
};

}  // namespace runner
