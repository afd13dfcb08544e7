#include "descriptor.hpp"

#include "runner/error/error.hpp"

#include <cerrno>

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runner {

Descriptor::Descriptor(const std::filesystem::path& file, int flags)
    : file_(file), number_(open(file.c_str(), flags | O_CLOEXEC, 0666)) {
  if (number_ < 0) throw system_failure("cannot open " + file.string(), errno);
}

Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

bool Descriptor::try_lock(int operation) {
  if (flock(number_, operation | LOCK_NB) == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  throw system_failure("cannot lock " + file_.string(), errno);
}

std::uint64_t Descriptor::size() const {
  struct stat status;
  if (fstat(number_, &status) != 0) throw system_failure("cannot read " + file_.string(), errno);
  return static_cast<std::uint64_t>(status.st_size);
}

std::string Descriptor::read_at(std::uint64_t offset, std::uint64_t count) const {
  std::string bytes(count, '\0');
  for (std::size_t done = 0; done < count;) {
    const ssize_t read = pread(number_, bytes.data() + done, count - done, static_cast<off_t>(offset + done));
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) throw system_failure("cannot read " + file_.string(), errno);
    if (read == 0) throw failure("cannot read " + file_.string() + ": it has become shorter");
    done += static_cast<std::size_t>(read);
  }
  return bytes;
}

void Descriptor::write_at(std::uint64_t offset, const void* bytes, std::size_t count) {
  const char* next = static_cast<const char*>(bytes);
  while (count > 0) {
    const ssize_t written = pwrite(number_, next, count, static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw system_failure("cannot write " + file_.string(), errno);
    // A disk that fills up takes a part first; the next attempt gives the reason.
    next += written;
    offset += static_cast<std::uint64_t>(written);
    count -= static_cast<std::size_t>(written);
  }
}

void Descriptor::sync_data() {
  if (fdatasync(number_) != 0) throw system_failure("cannot sync " + file_.string(), errno);
}

void Descriptor::sync_all() {
  if (fsync(number_) != 0) throw system_failure("cannot sync " + file_.string(), errno);
}

}  // namespace runner
