#include "runner/files/descriptor.hpp"

#include "runner/error/error.hpp"

#include <cerrno>
#include <system_error>

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runner {
namespace {

/// Calls until no signal comes between.
template <class Call>
auto uninterrupted(const Call& call) {
  for (;;)
    if (const auto result = call(); result >= 0 || errno != EINTR) return result;
}

struct stat status_of(const Descriptor& descriptor) {
  struct stat status;
  if (fstat(descriptor.number(), &status) != 0)
    throw system_failure("cannot read " + descriptor.file().string(), errno);
  return status;
}

int open_file(const std::filesystem::path& name, const std::filesystem::path& file, int flags, mode_t mode) {
  const int number = uninterrupted([&] { return open(file.c_str(), flags | O_CLOEXEC, mode); });
  if (number < 0)
    throw system_failure(((flags & O_ACCMODE) == O_RDONLY ? "cannot read " : "cannot open ") + name.string(),
                         errno);
  return number;
}

}  // namespace

Descriptor::Descriptor(const std::filesystem::path& file, int flags, mode_t mode)
    : file_(file), number_(open_file(file, file, flags, mode)) {}

Descriptor Descriptor::open_as(const std::filesystem::path& name, const std::filesystem::path& file,
                               int flags) {
  return adopt(name, open_file(name, file, flags, 0));
}

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

LockResult Descriptor::try_lock(int operation) {
  if (uninterrupted([&] { return flock(number_, operation | LOCK_NB); }) == 0) return LockResult::taken;
  switch (errno) {
    case EWOULDBLOCK:
      return LockResult::held;
    case ENOSYS:
    case ENOLCK:
    case EOPNOTSUPP:
      return LockResult::unsupported;
    default:
      throw system_failure("cannot lock " + file_.string(), errno);
  }
}

FileIdentity Descriptor::identity() const {
  const struct stat status = status_of(*this);
  return {status.st_dev, status.st_ino};
}

std::uint64_t Descriptor::size() const {
  return static_cast<std::uint64_t>(status_of(*this).st_size);
}

bool Descriptor::is_regular() const {
  return S_ISREG(status_of(*this).st_mode);
}

void Descriptor::read_at(std::uint64_t offset, void* bytes, std::size_t count) const {
  char* next = static_cast<char*>(bytes);
  while (count > 0) {
    const ssize_t read =
        uninterrupted([&] { return pread(number_, next, count, static_cast<off_t>(offset)); });
    if (read < 0) throw system_failure("cannot read " + file_.string(), errno);
    if (read == 0) throw failure("cannot read " + file_.string() + ": it has become shorter");
    next += read;
    offset += static_cast<std::uint64_t>(read);
    count -= static_cast<std::size_t>(read);
  }
}

std::string Descriptor::read_at(std::uint64_t offset, std::size_t count) const {
  std::string bytes(count, '\0');
  read_at(offset, bytes.data(), count);
  return bytes;
}

std::size_t Descriptor::read_next(void* bytes, std::size_t count) {
  const ssize_t got = uninterrupted([&] { return read(number_, bytes, count); });
  if (got < 0) throw system_failure("cannot read " + file_.string(), errno);
  return static_cast<std::size_t>(got);
}

void Descriptor::rewind() {
  if (lseek(number_, 0, SEEK_SET) != 0)
    throw bad_input(file_.string() + " is a pipe or a device: it must be read twice, so give a file");
}

void Descriptor::write_at(std::uint64_t offset, const void* bytes, std::size_t count) {
  const char* next = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t written =
        uninterrupted([&] { return pwrite(number_, next, count, static_cast<off_t>(offset)); });
    if (written < 0) throw system_failure("cannot write " + file_.string(), errno);
    // A disk that fills up takes a part first; the next attempt gives the reason.
    next += written;
    offset += static_cast<std::uint64_t>(written);
    count -= static_cast<std::size_t>(written);
  }
}

void Descriptor::sync_data() {
  if (uninterrupted([&] { return fdatasync(number_); }) != 0)
    throw system_failure("cannot sync " + file_.string(), errno);
}

void Descriptor::sync_all() {
  if (uninterrupted([&] { return fsync(number_); }) != 0)
    throw system_failure("cannot sync " + file_.string(), errno);
}

Descriptor open_input(const std::filesystem::path& file, const std::string& complaint) {
  const int number = uninterrupted([&] { return open(file.c_str(), O_RDONLY | O_CLOEXEC); });
  const int error = errno;
  const auto refused = [&](int why) {
    return bad_input(complaint + ": " + std::generic_category().message(why));
  };
  if (number < 0) {
    for (const int fault : {ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG, ENXIO, EINVAL})
      if (error == fault) throw refused(error);
    throw system_failure("cannot read " + file.string(), error);
  }
  Descriptor opened = Descriptor::adopt(file, number);
  if (S_ISDIR(status_of(opened).st_mode)) throw refused(EISDIR);
  return opened;
}

bool sync_names(const std::filesystem::path& folder) {
  const Descriptor names(folder, O_RDONLY | O_DIRECTORY);
  if (uninterrupted([&] { return fsync(names.number()); }) == 0) return true;
  if (errno == EINVAL || errno == EOPNOTSUPP || errno == ENOSYS) return false;
  throw system_failure("cannot sync " + folder.string(), errno);
}

}  // namespace runner
