#include "memory.hpp"

#include "runner/error/error.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <new>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>

namespace runner::cli {
namespace {

namespace fs = std::filesystem;

constexpr double unlimited = std::numeric_limits<double>::infinity();

/// An amount of memory, in bytes, and whose it is.
struct Amount {
  double bytes;
  std::string_view owner;
};

struct Machine {
  double memory = unlimited, swap = 0;
};

Machine this_machine() {
  struct sysinfo system;
  if (sysinfo(&system) != 0) return {};
  const auto unit = static_cast<double>(system.mem_unit);
  return {static_cast<double>(system.totalram) * unit, static_cast<double>(system.totalswap) * unit};
}

double limit_in(const fs::path& file) {
  std::ifstream stream(file);
  double bytes = 0;
  return stream >> bytes ? bytes : unlimited;  // "max", or no such file
}

/// The least that a control group and those it is in may have, with swap. Of version 2 or 1: each has files
/// of its own.
double limit_of_groups(const fs::path& mount, fs::path group, double swap) {
  double least = unlimited;
  for (group = group.relative_path();; group = group.parent_path()) {
    const fs::path folder = mount / group;
    const double with_swap = std::min(swap, limit_in(folder / "memory.swap.max"));
    for (const double limit :
         {limit_in(folder / "memory.max") + with_swap, limit_in(folder / "memory.limit_in_bytes") + swap,
          limit_in(folder / "memory.memsw.limit_in_bytes")})
      least = std::min(least, limit);
    if (group.empty()) return least;
  }
}

/// By lines such as "0::/user.slice/a" of version 2, "9:memory:/a" of version 1.
double memory_of_control_group(double swap) {
  double least = unlimited;
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controller = line.substr(first + 1, second - first - 1);
    const fs::path group = line.substr(second + 1);
    if (controller.empty()) least = std::min(least, limit_of_groups("/sys/fs/cgroup", group, swap));
    if (controller == "memory")
      least = std::min(least, limit_of_groups("/sys/fs/cgroup/memory", group, swap));
  }
  return least;
}

double memory_of_process() {
  double least = unlimited;
  for (const int resource : {RLIMIT_AS, RLIMIT_DATA})
    if (rlimit limit;
        getrlimit(static_cast<__rlimit_resource_t>(resource), &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
      least = std::min(least, static_cast<double>(limit.rlim_cur));
  return least;
}

/// The least of all that bounds it.
Amount available_memory() {
  const Machine machine = this_machine();
  return std::min({Amount{machine.memory + machine.swap, "this machine has"},
                   Amount{memory_of_control_group(machine.swap), "this control group may have"},
                   Amount{memory_of_process(), "this process may have (ulimit)"}},
                  [](const Amount& a, const Amount& b) { return a.bytes < b.bytes; });
}

void require(const std::string& what, double needed) {
  constexpr double gigabyte = 1e9;
  const Amount available = available_memory();
  if (needed > available.bytes)
    throw failure(fmt::format("{} takes {:.1f} GB of memory, and {} {:.1f} GB", what, needed / gigabyte,
                              available.owner, available.bytes / gigabyte));
}

}  // namespace

void require_memory(const Sweep& sweep, const Dataset& data, const Backend& backend) {
  const RunSpec* largest = nullptr;
  double most = 0;
  for (const Run& run : sweep.runs)
    if (const double bytes = memory_to_train(run.spec, data, backend); bytes > most) {
      most = bytes;
      largest = &run.spec;
    }
  if (largest != nullptr)
    require(
        fmt::format("to train hidden_size {} with batch_size {}", largest->hidden_size, largest->batch_size),
        most);
  // As they are read back for the comparison: as the file holds them, and by run.
  constexpr double epoch_bytes = 2 * sizeof(Metrics);
  require(fmt::format("the table of {} runs of {} epochs", sweep.runs.size(), sweep.config.epochs),
          static_cast<double>(sweep.runs.size()) * (sweep.config.epochs + 1.0) * epoch_bytes);
}

void require_some_memory() {
  constexpr std::size_t some = std::size_t{32} << 20;
  void* volatile memory = std::malloc(some);
  if (memory == nullptr) throw std::bad_alloc();
  std::free(memory);
}

}  // namespace runner::cli
