#include "storage.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <mutex>
#include <utility>

#include <linux/limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace runner::test::storage {
namespace {

std::mutex mutex;
std::string watched;  // empty: nothing
std::vector<Event> events;
std::optional<Fault> fault;
std::optional<std::size_t> syncs_left, writes_left;

/// The name in the watched folder, "." for itself; nothing for what is elsewhere, or a lock.
std::optional<std::string> name_of(const std::string& path) {
  if (watched.empty()) return std::nullopt;
  if (path == watched) return ".";
  if (!path.starts_with(watched + "/") || path.ends_with(".lock")) return std::nullopt;
  return path.substr(watched.size() + 1);
}

std::optional<std::string> name_of(int descriptor) {
  if (watched.empty()) return std::nullopt;
  char path[PATH_MAX];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t length = readlink(link.c_str(), path, sizeof path);
  if (length <= 0) return std::nullopt;
  return name_of(std::string(path, static_cast<std::size_t>(length)));
}

ssize_t write_to(int descriptor, const void* bytes, std::size_t count, off_t offset) {
  const std::lock_guard lock(mutex);
  const auto name = name_of(descriptor);
  if (name && fault) {
    // As a disk that fills up does: first a part, then the error.
    if (fault->bytes == 0) {
      errno = fault->error;
      return -1;
    }
    count = std::min<std::uint64_t>(count, fault->bytes);
    fault->bytes -= count;
  }
  if (name && writes_left && (*writes_left)-- == 0) {
    writes_left.reset();
    return static_cast<ssize_t>(count);
  }
  const ssize_t written = syscall(SYS_pwrite64, descriptor, bytes, count, offset);
  if (name && written > 0)
    events.push_back({.kind = Event::write,
                      .name = *name,
                      .to = {},
                      .offset = static_cast<std::uint64_t>(offset),
                      .bytes = {static_cast<const char*>(bytes), static_cast<std::size_t>(written)}});
  return written;
}

int resize(int descriptor, off_t size) {
  const std::lock_guard lock(mutex);
  const auto name = name_of(descriptor);
  const long result = syscall(SYS_ftruncate, descriptor, size);
  if (name && result == 0)
    events.push_back({.kind = Event::resize,
                      .name = *name,
                      .to = {},
                      .offset = static_cast<std::uint64_t>(size),
                      .bytes = {}});
  return static_cast<int>(result);
}

/// Nothing here has to outlive the machine, so the disk is not asked.
int sync(int descriptor) {
  const std::lock_guard lock(mutex);
  const auto name = name_of(descriptor);
  if (name && syncs_left && (*syncs_left)-- == 0) {
    syncs_left = 0;  // a disk that has failed once goes on failing
    errno = EIO;
    return -1;
  }
  if (name)
    events.push_back(
        {.kind = *name == "." ? Event::sync_names : Event::sync, .name = *name, .to = {}, .bytes = {}});
  return 0;
}

int remove_name(const char* path) {
  const std::lock_guard lock(mutex);
  const auto name = name_of(path);
  const long result = syscall(SYS_unlink, path);
  if (name && result == 0) events.push_back({.kind = Event::remove, .name = *name, .to = {}, .bytes = {}});
  return static_cast<int>(result);
}

}  // namespace

void watch(const std::filesystem::path& folder) {
  const std::lock_guard lock(mutex);
  watched = std::filesystem::canonical(folder);
  events.clear();
}

void tell(std::size_t number) {
  const std::lock_guard lock(mutex);
  events.push_back({.kind = Event::told, .name = {}, .to = {}, .bytes = {}, .number = number});
}

std::vector<Event> recorded() {
  const std::lock_guard lock(mutex);
  watched.clear();
  return std::exchange(events, {});
}

void set_fault(std::optional<Fault> next) {
  const std::lock_guard lock(mutex);
  fault = next;
}

void lose_write(std::optional<std::size_t> after) {
  const std::lock_guard lock(mutex);
  writes_left = after;
}

bool has_lost_a_write() {
  const std::lock_guard lock(mutex);
  return !writes_left;
}

void fail_sync(std::optional<std::size_t> after) {
  const std::lock_guard lock(mutex);
  syncs_left = after;
}

}  // namespace runner::test::storage

// They stand before the C library's.
extern "C" {

using namespace runner::test;

ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t offset) {
  return storage::write_to(descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t count, off64_t offset) {
  return storage::write_to(descriptor, bytes, count, offset);
}

int ftruncate(int descriptor, off_t size) noexcept {
  return storage::resize(descriptor, size);
}

int ftruncate64(int descriptor, off64_t size) noexcept {
  return storage::resize(descriptor, size);
}

int fdatasync(int descriptor) {
  return storage::sync(descriptor);
}

int fsync(int descriptor) {
  return storage::sync(descriptor);
}

int rename(const char* from, const char* to) noexcept {
  const std::lock_guard lock(storage::mutex);
  const auto old_name = storage::name_of(std::string(from)), new_name = storage::name_of(std::string(to));
  const long result = syscall(SYS_rename, from, to);
  if (old_name && new_name && result == 0)
    storage::events.push_back(
        {.kind = storage::Event::rename, .name = *old_name, .to = *new_name, .bytes = {}});
  return static_cast<int>(result);
}

int unlink(const char* path) noexcept {
  return storage::remove_name(path);
}

int remove(const char* path) noexcept {
  struct stat status;
  if (lstat(path, &status) == 0 && S_ISDIR(status.st_mode)) return static_cast<int>(syscall(SYS_rmdir, path));
  return storage::remove_name(path);
}
}
