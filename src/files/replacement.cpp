#include "runner/files/replacement.hpp"

#include "runner/error/error.hpp"
#include "runner/files/descriptor.hpp"

#include <cerrno>
#include <chrono>
#include <optional>
#include <random>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

std::string temporary_prefix(const fs::path& file) {
  return fmt::format(".{}.tmp-", file.filename().string());
}

/// Nothing where there is no file.
std::optional<struct stat> status_of(const fs::path& file) {
  struct stat status;
  if (stat(file.c_str(), &status) == 0) return status;
  if (errno == ENOENT) return std::nullopt;
  throw system_failure("cannot write " + file.string(), errno);
}

/// A file with a name of its own. Whoever makes it holds a lock on it: what nobody holds was left behind.
class Temporary {
 public:
  Temporary(const fs::path& file, mode_t mode) : path_(name_for(file)), file_(make(file, path_, mode)) {
    file_.try_lock(LOCK_SH);  // nobody else knows it
  }
  ~Temporary() {
    if (!renamed_) unlink(path_.c_str());
  }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  const fs::path& path() const { return path_; }

  /// Gives it the owner and the permissions of another file, as far as the system lets: not everybody may
  /// give files away, and where all files have the same permissions there are none to set.
  void be_like(const struct stat& other) {
    if (fchown(file_.number(), other.st_uid, other.st_gid) != 0) [[maybe_unused]]
      const int group = fchown(file_.number(), static_cast<uid_t>(-1), other.st_gid);
    if (fchmod(file_.number(), other.st_mode & 07777) != 0 && errno != EPERM && errno != ENOSYS &&
        errno != EOPNOTSUPP)
      throw system_failure("cannot set the permissions of " + file_.file().string(), errno);
  }

  void become(const fs::path& file) {
    file_.sync_all();
    if (rename(path_.c_str(), file.c_str()) != 0)
      throw system_failure("cannot write " + file.string(), errno);
    renamed_ = true;
  }

 private:
  static fs::path name_for(const fs::path& file) {
    std::random_device random;
    return file.parent_path() / fmt::format("{}{:08x}", temporary_prefix(file), random());
  }

  /// Messages name the file that it is to become.
  static Descriptor make(const fs::path& file, const fs::path& temporary, mode_t mode) {
    const int number = open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (number < 0) throw system_failure("cannot write " + file.string(), errno);
    return Descriptor::adopt(file, number);
  }

  const fs::path path_;
  Descriptor file_;
  bool renamed_ = false;
};

/// What of a file's is lost when another takes its place.
bool would_lose_something(const struct stat& file) {
  return file.st_nlink > 1 || (file.st_uid != geteuid() && geteuid() != 0);
}

void write_into(const fs::path& file, const std::function<void(const Sink&)>& make) {
  const Descriptor out(file, O_WRONLY | O_TRUNC | O_NOCTTY);
  make([&](std::string_view part) {
    while (!part.empty()) {
      const ssize_t written = write(out.number(), part.data(), part.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw system_failure("cannot write " + file.string(), errno);
      part.remove_prefix(static_cast<std::size_t>(written));
    }
  });
}

}  // namespace

fs::path without_links(const fs::path& file) {
  fs::path path = fs::absolute(file);
  // Links that point to something are followed by weakly_canonical, those that point to nothing are not.
  constexpr int most = 40;
  for (int i = 0; i < most && fs::is_symlink(path) && !fs::exists(path); ++i)
    path = path.parent_path() / fs::read_symlink(path);
  return fs::weakly_canonical(path);
}

void replace_file(const fs::path& file, const std::function<void(const fs::path& temporary)>& make,
                  const Note& note, const fs::path& model) {
  const std::optional<struct stat> before = status_of(file);
  const std::optional<struct stat> like = before || model.empty() ? before : status_of(model);
  // A rename asks the folder alone.
  if (before && access(file.c_str(), W_OK) != 0) throw system_failure("cannot write " + file.string(), errno);
  remove_unfinished(file);
  Temporary temporary(file, like ? 0600 : 0666);
  make(temporary.path());
  if (like) temporary.be_like(*like);
  temporary.become(file);
  const fs::path folder = file.parent_path();
  if (!sync_names(folder) && note)
    note(fmt::format("{} cannot be synced: after a power cut {} may be the file before, or not be there",
                     folder.string(), file.filename().string()));
}

void write_file(const fs::path& file, std::string_view content) {
  write_file(file, [content](const Sink& put) { put(content); });
}

void write_file(const fs::path& file, const std::function<void(const Sink&)>& make) try {
  const std::optional<struct stat> before = status_of(file);
  if (before && S_ISDIR(before->st_mode)) throw system_failure("cannot write " + file.string(), EISDIR);
  if (before && (!S_ISREG(before->st_mode) || would_lose_something(*before))) return write_into(file, make);
  const fs::path target = without_links(file);
  if (!fs::is_directory(target.parent_path())) throw system_failure("cannot write " + file.string(), ENOENT);
  if (before && access(target.parent_path().c_str(), W_OK) != 0) return write_into(file, make);
  replace_file(target, [&](const fs::path& temporary) {
    Descriptor out = Descriptor::open_as(file, temporary, O_WRONLY);
    std::uint64_t size = 0;
    make([&](std::string_view part) {
      out.write_at(size, part.data(), part.size());
      size += part.size();
    });
  });
} catch (const fs::filesystem_error& error) {
  throw failure(fmt::format("cannot write {}: {}", file.string(), error.code().message()));
}

void remove_unfinished(const fs::path& file) {
  using namespace std::chrono_literals;
  const std::string prefix = temporary_prefix(file);
  std::error_code fault;
  for (fs::directory_iterator entry(file.parent_path(), fault), end; !fault && entry != end;
       entry.increment(fault)) {
    if (!entry->path().filename().string().starts_with(prefix)) continue;
    try {
      Descriptor left(entry->path(), O_RDWR | O_NOFOLLOW | O_NONBLOCK);
      const LockResult lock = left.is_regular() ? left.try_lock(LOCK_EX) : LockResult::held;
      // Without locks age has to tell.
      const bool old = lock == LockResult::unsupported &&
                       fs::last_write_time(entry->path()) < fs::file_time_type::clock::now() - 24h;
      if (lock == LockResult::taken || old) unlink(entry->path().c_str());
    } catch (const std::exception&) {
      continue;  // it belongs to somebody else, or is gone
    }
  }
}

}  // namespace runner
