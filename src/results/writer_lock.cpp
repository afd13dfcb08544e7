#include "writer_lock.hpp"

#include "runner/error/error.hpp"

#include "machine.hpp"

#include <cerrno>
#include <fstream>

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runner {
namespace {

/// Whether the descriptor is still the file that bears the name: its last holder may have removed it between
/// open and lock.
bool still_named(const Descriptor& descriptor, const std::filesystem::path& path) {
  struct stat opened, named;
  return fstat(descriptor.number(), &opened) == 0 && stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

std::string holder(const std::filesystem::path& path) {
  std::ifstream stream(path);
  std::string line;
  std::getline(stream, line);
  return line.empty() ? "it has only just begun" : line;
}

}  // namespace

WriterLock::WriterLock(const std::filesystem::path& file) : path_(file.string() + ".lock") {
  while (!held_) {
    Descriptor descriptor(path_, O_RDWR | O_CREAT);
    if (!descriptor.try_lock(LOCK_EX))
      throw bad_input(
          fmt::format("{} is being written by another runner ({})", file.string(), holder(path_)));
    if (still_named(descriptor, path_)) held_.emplace(std::move(descriptor));
  }
  const std::string text = fmt::format("pid {} on {} since {}\n", getpid(), host_name(), utc_now());
  if (ftruncate(held_->number(), 0) != 0) throw system_failure("cannot write " + path_.string(), errno);
  held_->write_at(0, text.data(), text.size());
}

void WriterLock::release() noexcept {
  if (!held_) return;
  // The name goes first: whoever opened it before finds after locking that it is gone, and begins again.
  unlink(path_.c_str());
  held_.reset();
}

}  // namespace runner
