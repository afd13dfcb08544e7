#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/types.h>

namespace runner {

/// The identity of a file, whatever its name.
struct FileIdentity {
  dev_t device;
  ino_t inode;

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

/// The result of asking for a lock.
enum class LockResult {
  taken,
  held,        ///< by another process
  unsupported  ///< the file system has no locks
};

/// Owns a POSIX file descriptor. Move-only. All functions throw Error (failure) with the file and the
/// system's reason: "cannot read x.h5: Input/output error".
class Descriptor {
 public:
  /// open(2) with O_CLOEXEC; a file made by O_CREAT gets `mode`, less the umask.
  Descriptor(const std::filesystem::path& file, int flags, mode_t mode = 0666);

  /// The same; messages call the file `name`.
  static Descriptor open_as(const std::filesystem::path& name, const std::filesystem::path& file, int flags);

  /// Takes over a descriptor that was opened in another way.
  static Descriptor adopt(const std::filesystem::path& file, int number) { return {file, number, Adopted{}}; }

  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept
      : file_(std::move(other.file_)), number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;

  int number() const noexcept { return number_; }
  const std::filesystem::path& file() const noexcept { return file_; }

  /// flock(2), without waiting.
  LockResult try_lock(int operation);

  FileIdentity identity() const;
  std::uint64_t size() const;
  bool is_regular() const;

  /// Reads these bytes at `offset`; it is a failure if they are not there.
  void read_at(std::uint64_t offset, void* bytes, std::size_t count) const;
  std::string read_at(std::uint64_t offset, std::size_t count) const;

  /// Reads the next bytes, at most `count`; returns 0 at the end.
  std::size_t read_next(void* bytes, std::size_t count);

  /// Goes back to the first byte. bad_input if the file cannot be read twice: a pipe or a device.
  void rewind();

  /// Writes all bytes at `offset`.
  void write_at(std::uint64_t offset, const void* bytes, std::size_t count);

  /// fdatasync: the written bytes are on the medium.
  void sync_data();

  /// fsync: the same, and the metadata of the file, too.
  void sync_all();

 private:
  struct Adopted {};
  Descriptor(std::filesystem::path file, int number, Adopted) : file_(std::move(file)), number_(number) {}

  std::filesystem::path file_;
  int number_;
};

/// Opens a file that the user named, for reading. Throws Error. bad_input "`complaint`: reason": it is not
/// there, is a folder or may not be read. failure "cannot read FILE: reason": the system fails.
Descriptor open_input(const std::filesystem::path& file, const std::string& complaint);

/// fsync of a folder: the names in it are on the medium. False if its file system cannot do this. Throws
/// Error (failure).
bool sync_names(const std::filesystem::path& folder);

}  // namespace runner
