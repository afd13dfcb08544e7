#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/types.h>

namespace runner {

/// Which file it is, whatever name it has.
struct FileIdentity {
  dev_t device;
  ino_t inode;

  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

/// What came of asking for a lock.
enum class LockResult {
  taken,
  held,        ///< by another
  unsupported  ///< the file system has no locks
};

/// Owns a POSIX file descriptor. Move-only. All functions throw Error (failure) with the file and the
/// system's reason: "cannot read x.h5: Input/output error".
class Descriptor {
 public:
  /// open(2) with O_CLOEXEC; a file made by O_CREAT has `mode` as far as the umask lets.
  Descriptor(const std::filesystem::path& file, int flags, mode_t mode = 0666);

  /// The same, called `name` in messages.
  static Descriptor open_as(const std::filesystem::path& name, const std::filesystem::path& file, int flags);

  /// Takes over what was opened in another way.
  static Descriptor adopt(const std::filesystem::path& file, int number) { return {file, number, Adopted{}}; }

  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept
      : file_(std::move(other.file_)), number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;

  int number() const noexcept { return number_; }
  const std::filesystem::path& file() const noexcept { return file_; }

  /// flock(2) without waiting.
  LockResult try_lock(int operation);

  FileIdentity identity() const;
  std::uint64_t size() const;
  bool is_regular() const;

  /// So many bytes at `offset`; it is a failure if they are not there.
  void read_at(std::uint64_t offset, void* bytes, std::size_t count) const;
  std::string read_at(std::uint64_t offset, std::size_t count) const;

  /// What comes next, at most `count` bytes; 0 at the end.
  std::size_t read_next(void* bytes, std::size_t count);

  /// What comes next is the first byte again. bad_input where the file cannot be read twice: a pipe or a
  /// device.
  void rewind();

  /// Writes all of it at `offset`.
  void write_at(std::uint64_t offset, const void* bytes, std::size_t count);

  /// fdatasync: what was written is on the medium.
  void sync_data();

  /// fsync: the same, and all the file system knows of the file.
  void sync_all();

 private:
  struct Adopted {};
  Descriptor(std::filesystem::path file, int number, Adopted) : file_(std::move(file)), number_(number) {}

  std::filesystem::path file_;
  int number_;
};

/// Opens a file that the user named, for reading. Throws Error: bad_input "`complaint`: reason" where it is
/// not there, is a folder or may not be read; failure "cannot read FILE: reason" where the system fails.
Descriptor open_input(const std::filesystem::path& file, const std::string& complaint);

/// fsync of a folder: the names in it are on the medium. False where its file system does not know of that.
/// Throws Error (failure).
bool sync_names(const std::filesystem::path& folder);

}  // namespace runner
