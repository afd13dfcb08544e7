#include "writer_lock.hpp"

#include "runner/error/error.hpp"
#include "runner/results/writer.hpp"

#include "machine.hpp"

#include <cerrno>
#include <csignal>
#include <fstream>
#include <sstream>
#include <utility>

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

std::filesystem::path lock_path(const std::filesystem::path& file) {
  return file.string() + ".lock";
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream stream(path);
  std::string line;
  std::getline(stream, line);
  return line;
}

std::string holder(const std::filesystem::path& path) {
  const std::string line = text_of(path);
  return line.empty() ? "it has only just begun" : line;
}

/// Whether a process of this host holds some exclusive flock. That it lives would not be enough: the number
/// of one that has ended is given to another in the end.
bool holds_a_lock(long pid) {
  std::ifstream locks("/proc/locks");
  if (!locks) return kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM;
  // "2: FLOCK  ADVISORY  WRITE 4711 fe:00:10952787 0 EOF"
  std::string number, kind, advice, mode;
  long holder_pid = 0;
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    if (words >> number >> kind >> advice >> mode >> holder_pid && kind == "FLOCK" && mode == "WRITE" &&
        holder_pid == pid)
      return true;
  }
  return false;
}

}  // namespace

WriterLock::WriterLock(const std::filesystem::path& file) : path_(lock_path(file)) {
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

std::optional<Writer> current_writer(const std::filesystem::path& file) {
  // As writers do: two names of one file have one lock.
  std::error_code fault;
  const std::filesystem::path absolute = std::filesystem::absolute(file, fault);
  const std::filesystem::path path = std::filesystem::weakly_canonical(absolute, fault);
  if (fault) return std::nullopt;

  std::istringstream text(text_of(lock_path(path)));
  std::string pid_word, on, host, since_word, since;
  long pid = 0;
  if (!(text >> pid_word >> pid >> on >> host >> since_word >> since) || pid <= 0) return std::nullopt;
  const auto start = utc_time(since);
  if (!start || (host == host_name() && !holds_a_lock(pid))) return std::nullopt;
  return Writer{pid, std::move(host), *start};
}

}  // namespace runner
