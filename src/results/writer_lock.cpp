#include "writer_lock.hpp"

#include "runner/error/error.hpp"
#include "runner/results/writer.hpp"

#include "machine.hpp"
#include "seal.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runner {
namespace {

std::filesystem::path path_of_results(const std::filesystem::path& file) {
  require_results_file(file);
  return without_links(file);
}

/// Whether the descriptor is still the file that bears the name: its last holder may have removed it between
/// open and lock.
bool still_named(const Descriptor& descriptor, const std::filesystem::path& path) {
  struct stat opened, named;
  return fstat(descriptor.number(), &opened) == 0 && stat(path.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

constexpr std::string_view first_word = "pid ";

std::filesystem::path lock_path(const std::filesystem::path& file) {
  return file.string() + ".lock";
}

/// Its first line; nothing of a file that is no lock, or cannot be read.
std::optional<std::string> text_of(const std::filesystem::path& path) {
  try {
    const Descriptor file(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!file.is_regular()) return std::nullopt;
    constexpr std::uint64_t most = 512;
    const std::string text = file.read_at(0, std::min(most, file.size()));
    return text.substr(0, text.find('\n'));
  } catch (const Error&) {
    return std::nullopt;
  }
}

Error held(const std::filesystem::path& file) {
  const std::string holder = text_of(lock_path(file)).value_or("");
  return bad_input(fmt::format("{} is being written by another runner ({})", file.string(),
                               holder.empty() ? "it has just started" : holder));
}

Error no_lock(const std::filesystem::path& path) {
  return bad_input(fmt::format(
      "{} is in the place of the lock file, but is not a lock file: remove or rename it", path.string()));
}

/// A lock file has at most a line about its holder, and one name.
bool is_lock(const Descriptor& file) {
  struct stat status;
  if (fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_nlink > 1) return false;
  const std::uint64_t size = file.size();
  constexpr std::uint64_t most = 512;
  return size == 0 || (size <= most && file.read_at(0, size).starts_with(first_word));
}

/// Opens the lock file, which is made if there is none.
Descriptor open_lock(const std::filesystem::path& path) {
  // A link is refused by name: what it leads to is not ours, or may be made by opening it.
  std::error_code ignored;
  if (std::filesystem::is_symlink(path, ignored)) throw no_lock(path);
  return Descriptor(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
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

WriterLock::WriterLock(const std::filesystem::path& file, const Note& note) : path_(lock_path(file)) {
  while (!held_) {
    Descriptor descriptor = open_lock(path_);
    const LockResult lock = descriptor.try_lock(LOCK_EX);
    if (lock == LockResult::held) throw held(file);
    if (!still_named(descriptor, path_)) continue;
    if (!is_lock(descriptor)) throw no_lock(path_);
    if (lock == LockResult::unsupported && note)
      note(
          fmt::format("the file system of {} has no locks: nothing keeps another runner from writing it at "
                      "the same time",
                      file.string()));
    held_.emplace(std::move(descriptor));
  }
  const std::string text = fmt::format("{}{} on {} since {}\n", first_word, getpid(), host_name(), utc_now());
  try {
    if (ftruncate(held_->number(), 0) != 0) throw system_failure("cannot write " + path_.string(), errno);
    held_->write_at(0, text.data(), text.size());
  } catch (...) {
    release();
    throw;
  }
}

void require_no_writer(const std::filesystem::path& file) {
  if (!text_of(lock_path(file))) return;
  Descriptor lock(lock_path(file), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (lock.try_lock(LOCK_SH) == LockResult::held) throw held(file);
}

void keep_others_from_writing(Descriptor& file) {
  if (file.try_lock(LOCK_SH) == LockResult::held)
    throw bad_input(fmt::format("{} is open for writing in another program", file.file().string()));
}

HeldFile::HeldFile(const std::filesystem::path& file, const Note& note)
    : path(path_of_results(file)), lock(path, note), descriptor(path, O_RDWR | O_NONBLOCK) {
  keep_others_from_writing(descriptor);
}

void WriterLock::release() noexcept {
  if (!held_) return;
  // The name goes first: whoever opened it before finds after locking that it is gone, and begins again.
  unlink(path_.c_str());
  held_.reset();
}

std::optional<WriterProcess> current_writer(const std::filesystem::path& file) {
  // As writers do: two names of one file have one lock.
  std::error_code fault;
  const std::filesystem::path absolute = std::filesystem::absolute(file, fault);
  const std::filesystem::path path = std::filesystem::weakly_canonical(absolute, fault);
  if (fault) return std::nullopt;

  std::istringstream text(text_of(lock_path(path)).value_or(""));
  std::string pid_word, on, host, since_word, since;
  long pid = 0;
  if (!(text >> pid_word >> pid >> on >> host >> since_word >> since) || pid <= 0) return std::nullopt;
  const auto start = utc_time(since);
  if (!start || (host == host_name() && !holds_a_lock(pid))) return std::nullopt;
  return WriterProcess{pid, std::move(host), *start};
}

}  // namespace runner
