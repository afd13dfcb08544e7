#include "runner/system/limits.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <unistd.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

constexpr double unlimited = std::numeric_limits<double>::infinity();

/// The numbers a file begins with; none where there is no such file, or it begins with "max".
std::vector<double> numbers_in(const fs::path& file) {
  std::ifstream stream(file);
  std::vector<double> numbers;
  for (double number; stream >> number;) numbers.push_back(number);
  return numbers;
}

double limit_in(const fs::path& file) {
  const std::vector<double> numbers = numbers_in(file);
  return numbers.empty() ? unlimited : numbers.front();
}

/// Whether a list such as "cpu,cpuacct" has a name.
bool lists(const std::string& names, const std::string& name) {
  return ("," + names + ",").find("," + name + ",") != std::string::npos;
}

/// The folders of the control groups that this process is in, by lines such as "0::/user.slice/a" of version
/// 2 and "9:cpu,cpuacct:/a" of version 1. In a container a group may lie elsewhere than its line says: its
/// limits are those of the topmost folder then.
std::vector<fs::path> control_groups(const fs::path& root, const std::string& controller) {
  std::vector<fs::path> folders;
  std::ifstream lines(root / "proc/self/cgroup");
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (!controllers.empty() && !lists(controllers, controller)) continue;
    const fs::path mount = root / "sys/fs/cgroup" / (controllers.empty() ? "" : controller);
    fs::path group = fs::path(line.substr(second + 1)).relative_path();
    for (; !group.empty(); group = group.parent_path()) folders.push_back(mount / group);
    folders.push_back(mount);
  }
  return folders;
}

/// With swap. The files of version 2, then those of version 1: a folder has one of the two kinds.
double memory_of(const fs::path& group, double swap) {
  const double memory = std::min(limit_in(group / "memory.max"), limit_in(group / "memory.high"));
  return std::min({memory + std::min(swap, limit_in(group / "memory.swap.max")),
                   limit_in(group / "memory.limit_in_bytes") + swap,
                   limit_in(group / "memory.memsw.limit_in_bytes")});
}

/// In processors.
double quota_of(const fs::path& group) {
  std::vector<double> numbers = numbers_in(group / "cpu.max");
  if (numbers.empty())
    numbers = {limit_in(group / "cpu.cfs_quota_us"), limit_in(group / "cpu.cfs_period_us")};
  // Version 1 says -1 where there is no quota.
  return numbers.size() >= 2 && numbers[0] > 0 && std::isfinite(numbers[0]) && numbers[1] > 0
             ? numbers[0] / numbers[1]
             : unlimited;
}

double resource_limit(__rlimit_resource_t resource) {
  rlimit limit;
  return getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY
             ? static_cast<double>(limit.rlim_cur)
             : unlimited;
}

/// What this process has taken, in bytes.
struct Taken {
  double addresses = 0;
  double memory = 0;  ///< in memory now, without what is a file's and can be read again
  double data = 0;
};

Taken taken_by_process(const fs::path& root) {
  // Pages: addresses, those in memory, of these those of files, code, 0, data.
  const std::vector<double> pages = numbers_in(root / "proc/self/statm");
  if (pages.size() < 6) return {};
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  return {pages[0] * page, (pages[1] - pages[2]) * page, pages[5] * page};
}

/// A folder, or the nearest one above it that exists.
fs::path nearest_existing(const fs::path& folder) {
  std::error_code ignored;
  fs::path there = fs::absolute(folder, ignored);
  while (!fs::exists(there, ignored) && there.has_relative_path()) there = there.parent_path();
  return there;
}

}  // namespace

MemoryLimit memory_limit(const fs::path& root) {
  double machine = unlimited, swap = 0;
  if (struct sysinfo system; sysinfo(&system) == 0) {
    swap = static_cast<double>(system.totalswap) * system.mem_unit;
    machine = static_cast<double>(system.totalram) * system.mem_unit + swap;
  }
  double group = unlimited;
  for (const fs::path& folder : control_groups(root, "memory"))
    group = std::min(group, memory_of(folder, swap));
  const Taken taken = taken_by_process(root);
  constexpr std::string_view process = "this process may have (ulimit)";
  return std::min(
      {MemoryLimit{machine, taken.memory, "this machine has"},
       MemoryLimit{group, taken.memory, "this control group may have"},
       MemoryLimit{resource_limit(RLIMIT_AS), taken.addresses, process},
       MemoryLimit{resource_limit(RLIMIT_DATA), taken.data, process}},
      [](const MemoryLimit& a, const MemoryLimit& b) { return a.bytes - a.taken < b.bytes - b.taken; });
}

std::size_t processor_quota(const fs::path& root) {
  double quota = unlimited;
  for (const fs::path& folder : control_groups(root, "cpu")) quota = std::min(quota, quota_of(folder));
  // More than a machine has is no quota.
  return quota < 0x1p31 ? static_cast<std::size_t>(std::ceil(quota)) : no_quota;
}

std::optional<std::uint64_t> free_space(const fs::path& folder) {
  const fs::path there = nearest_existing(folder);
  struct statvfs system;
  if (statvfs(there.c_str(), &system) != 0 || system.f_blocks == 0) return std::nullopt;
  return std::uint64_t{system.f_bavail} * system.f_frsize;
}

std::string obstacle_to_writing(const fs::path& file) {
  const auto refused = [](const fs::path& path, int rights) {
    return faccessat(AT_FDCWD, path.c_str(), rights, AT_EACCESS) != 0;
  };
  const fs::path folder = nearest_existing(fs::absolute(file).parent_path());
  std::error_code error;
  if (!fs::is_directory(folder, error)) return folder.string() + ": Not a directory";
  if (refused(folder, W_OK | X_OK)) return folder.string() + ": " + std::generic_category().message(errno);
  if (fs::exists(file, error) && refused(file, W_OK))
    return file.string() + ": " + std::generic_category().message(errno);
  return "";
}

}  // namespace runner
