// Stands before the C library (LD_PRELOAD) and lets one call fail, which the environment names:
//
//   FAIL_UNDER=FOLDER   calls for files of this folder count; calls for others pass
//   FAIL_COUNTS=FILE    at the end, a line for each function, "pwrite 17": how often it was called
//   FAIL_CALL=pwrite    the function …
//   FAIL_AT=17          … whose call with this number, from 1 on, fails …
//   FAIL_ERRNO=28       … with this error …
//   FAIL_ALWAYS=1       … and all calls of it after that
//
// A write that fails with "no space" first takes a part, as a disk that fills up does. Allocations (malloc)
// count wherever they come from, but for HDF5.

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <link.h>
#include <linux/limits.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

enum Call {
  open_call,
  read_call,
  pread_call,
  write_call,
  pwrite_call,
  fsync_call,
  fdatasync_call,
  ftruncate_call,
  rename_call,
  unlink_call,
  flock_call,
  fchmod_call,
  statvfs_call,
  mmap_call,
  malloc_call,
  call_count
};
constexpr std::array<const char*, call_count> names{"open",  "read",      "pread",     "write",  "pwrite",
                                                    "fsync", "fdatasync", "ftruncate", "rename", "unlink",
                                                    "flock", "fchmod",    "statvfs",   "mmap",   "malloc"};

struct Settings {
  const char* under = nullptr;
  int call = -1;
  long at = 0;
  int error = 0;
  bool always = false;
};

Settings settings;
std::atomic<bool> ready{false};
std::array<std::atomic<long>, call_count> counts{};

__attribute__((constructor)) void begin() {
  settings.under = std::getenv("FAIL_UNDER");
  if (const char* name = std::getenv("FAIL_CALL"))
    for (int call = 0; call < call_count; ++call)
      if (std::strcmp(names[static_cast<std::size_t>(call)], name) == 0) settings.call = call;
  const auto number = [](const char* name) {
    const char* text = std::getenv(name);
    return text == nullptr ? 0 : std::atol(text);
  };
  settings.at = number("FAIL_AT");
  settings.error = static_cast<int>(number("FAIL_ERRNO"));
  settings.always = number("FAIL_ALWAYS") != 0;
  ready = true;
}

/// Written by the last call of the program, without memory of its own.
__attribute__((destructor)) void end() {
  ready = false;
  const char* path = std::getenv("FAIL_COUNTS");
  if (path == nullptr) return;
  const long file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  for (std::size_t call = 0; call < call_count; ++call) {
    std::array<char, 64> line{};
    std::size_t length = std::strlen(names[call]);
    std::memcpy(line.data(), names[call], length);
    line[length++] = ' ';
    std::array<char, 24> digits{};
    std::size_t n = 0;
    for (long left = counts[call]; n == 0 || left > 0; left /= 10)
      digits[n++] = static_cast<char>('0' + left % 10);
    while (n > 0) line[length++] = digits[--n];
    line[length++] = '\n';
    syscall(SYS_write, file, line.data(), length);
  }
  syscall(SYS_close, file);
}

bool is_under(const char* path) {
  const std::size_t length = std::strlen(settings.under);
  return std::strncmp(path, settings.under, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

bool leads_under(const char* link) {
  std::array<char, PATH_MAX> path{};
  return syscall(SYS_readlink, link, path.data(), path.size() - 1) > 0 && is_under(path.data());
}

bool counts_path(const char* path) {
  if (!ready || settings.under == nullptr) return false;
  return *path == '/' ? is_under(path) : leads_under("/proc/self/cwd");
}

bool counts_file(int descriptor) {
  if (!ready || settings.under == nullptr) return false;
  std::array<char, 64> link{"/proc/self/fd/"};
  std::size_t length = std::strlen(link.data());
  std::array<char, 12> digits{};
  std::size_t n = 0;
  for (int left = descriptor; n == 0 || left > 0; left /= 10)
    digits[n++] = static_cast<char>('0' + left % 10);
  while (n > 0) link[length++] = digits[--n];
  return leads_under(link.data());
}

/// Counts a call; true if it has to fail, with errno set.
bool fails(Call call) {
  const long number = ++counts[static_cast<std::size_t>(call)];
  if (settings.call != call || !(number == settings.at || (settings.always && number > settings.at)))
    return false;
  errno = settings.error;
  return true;
}

/// HDF5 1.10 does not survive that its own small allocations fail.
bool is_of_hdf5(const void* caller) {
  static std::uintptr_t first = 0, last = 0;
  if (first == 0) {
    const int found = dl_iterate_phdr(
        [](dl_phdr_info* module, size_t, void*) {
          if (std::strstr(module->dlpi_name, "libhdf5") == nullptr ||
              std::strstr(module->dlpi_name, "_hl") != nullptr)
            return 0;
          for (int i = 0; i < module->dlpi_phnum; ++i)
            if (module->dlpi_phdr[i].p_type == PT_LOAD)
              last = module->dlpi_addr + module->dlpi_phdr[i].p_vaddr + module->dlpi_phdr[i].p_memsz;
          first = module->dlpi_addr;
          return 1;
        },
        nullptr);
    if (found == 0) first = 1;
  }
  const auto address = reinterpret_cast<std::uintptr_t>(caller);
  return address >= first && address < last;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & (O_CREAT | O_TMPFILE)) != 0) {
    va_list more;
    va_start(more, flags);
    mode = va_arg(more, mode_t);
    va_end(more);
  }
  if (counts_path(path) && fails(open_call)) return -1;
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}
int open64(const char* path, int flags, ...) __attribute__((alias("open")));

ssize_t read(int file, void* bytes, size_t count) {
  if (counts_file(file) && fails(read_call)) return -1;
  return syscall(SYS_read, file, bytes, count);
}

ssize_t pread(int file, void* bytes, size_t count, off_t offset) {
  if (counts_file(file) && fails(pread_call)) return -1;
  return syscall(SYS_pread64, file, bytes, count, offset);
}
ssize_t pread64(int file, void* bytes, size_t count, off_t offset) __attribute__((alias("pread")));

ssize_t write(int file, const void* bytes, size_t count) {
  if (counts_file(file) && fails(write_call)) return -1;
  return syscall(SYS_write, file, bytes, count);
}

ssize_t pwrite(int file, const void* bytes, size_t count, off_t offset) {
  if (counts_file(file) && fails(pwrite_call)) {
    // Up to the border of a sector.
    const off_t border = (offset + static_cast<off_t>(count) / 2) / 512 * 512;
    const bool part =
        border > offset && errno == ENOSPC && counts[pwrite_call] == settings.at && settings.always;
    return part ? syscall(SYS_pwrite64, file, bytes, border - offset, offset) : -1;
  }
  return syscall(SYS_pwrite64, file, bytes, count, offset);
}
ssize_t pwrite64(int file, const void* bytes, size_t count, off_t offset) __attribute__((alias("pwrite")));

// Nothing has to outlive the machine, so the disk is not asked.
int fsync(int file) {
  return counts_file(file) && fails(fsync_call) ? -1 : 0;
}

int fdatasync(int file) {
  return counts_file(file) && fails(fdatasync_call) ? -1 : 0;
}

int ftruncate(int file, off_t size) noexcept {
  if (counts_file(file) && fails(ftruncate_call)) return -1;
  return static_cast<int>(syscall(SYS_ftruncate, file, size));
}
int ftruncate64(int file, off_t size) noexcept __attribute__((alias("ftruncate")));

int rename(const char* from, const char* to) noexcept {
  if (counts_path(from) && fails(rename_call)) return -1;
  return static_cast<int>(syscall(SYS_rename, from, to));
}

int unlink(const char* path) noexcept {
  if (counts_path(path) && fails(unlink_call)) return -1;
  return static_cast<int>(syscall(SYS_unlink, path));
}

int remove(const char* path) noexcept {
  if (counts_path(path) && fails(unlink_call)) return -1;
  const long result = syscall(SYS_unlink, path);
  return static_cast<int>(result != 0 && errno == EISDIR ? syscall(SYS_rmdir, path) : result);
}

int flock(int file, int operation) noexcept {
  if (counts_file(file) && fails(flock_call)) return -1;
  return static_cast<int>(syscall(SYS_flock, file, operation));
}

int fchmod(int file, mode_t mode) noexcept {
  if (counts_file(file) && fails(fchmod_call)) return -1;
  return static_cast<int>(syscall(SYS_fchmod, file, mode));
}

int statvfs(const char* path, struct statvfs* system) noexcept {
  if (counts_path(path) && fails(statvfs_call)) return -1;
  struct statfs found;
  if (syscall(SYS_statfs, path, &found) != 0) return -1;
  *system = {};
  system->f_frsize = static_cast<unsigned long>(found.f_frsize);
  system->f_blocks = found.f_blocks;
  system->f_bavail = found.f_bavail;
  return 0;
}

void* mmap(void* at, size_t size, int protection, int flags, int file, off_t offset) noexcept {
  if (ready && fails(mmap_call)) return MAP_FAILED;
  return reinterpret_cast<void*>(syscall(SYS_mmap, at, size, protection, flags, file, offset));
}
void* mmap64(void* at, size_t size, int protection, int flags, int file, off_t offset) noexcept
    __attribute__((alias("mmap")));

void* __libc_malloc(size_t size);

void* malloc(size_t size) {
  if (ready && !is_of_hdf5(__builtin_return_address(0)) && fails(malloc_call)) return nullptr;
  return __libc_malloc(size);
}
}
