#include "memory.hpp"

#include "runner/error/error.hpp"

#include <fmt/format.h>
#include <sys/sysinfo.h>

namespace runner::cli {
namespace {

/// With its swap, bytes; 0 if that cannot be told.
double memory_of_machine() {
  struct sysinfo system;
  if (sysinfo(&system) != 0) return 0;
  return (static_cast<double>(system.totalram) + static_cast<double>(system.totalswap)) * system.mem_unit;
}

void require(const std::string& what, double needed) {
  constexpr double gigabyte = 1e9;
  const double available = memory_of_machine();
  if (available > 0 && needed > available)
    throw failure(fmt::format("{} takes {:.1f} GB of memory, and this machine has {:.1f} GB", what,
                              needed / gigabyte, available / gigabyte));
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

}  // namespace runner::cli
