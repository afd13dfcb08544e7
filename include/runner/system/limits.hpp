#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string_view>

namespace runner {

/// The tightest limit on the memory of this process, in bytes.
struct MemoryLimit {
  double bytes;
  double taken;            ///< bytes that this process has taken already
  std::string_view owner;  ///< as in "and this control group may have 0.1 GB": all but the amount
};

/// The tightest of these limits, which is the one that leaves the least:
///
/// - the memory and swap of this machine;
/// - those of the control groups of this process, its own and all that contain it (cgroups, version 2:
///   memory.max, memory.high and memory.swap.max; version 1: memory.limit_in_bytes and
///   memory.memsw.limit_in_bytes);
/// - RLIMIT_AS and RLIMIT_DATA (`ulimit -v`, `ulimit -d`).
///
/// Memory of other processes is not considered. `root` is the folder that holds /proc and /sys; tests make
/// one up. A file that is not there or cannot be read sets no limit. Thread-safe.
MemoryLimit memory_limit(const std::filesystem::path& root = "/");

/// How many processors' worth of time the control groups of this process allow, rounded up (version 2:
/// cpu.max; version 1: cpu.cfs_quota_us and cpu.cfs_period_us). At least 1; no_quota if there is no limit.
/// `root` as above. Thread-safe.
std::size_t processor_quota(const std::filesystem::path& root = "/");

/// Bytes that this process may write to the file system of a folder; nothing if the system does not say. If
/// the folder does not exist yet, the nearest existing folder above it counts. Thread-safe.
std::optional<std::uint64_t> free_space(const std::filesystem::path& folder);

/// Why this process cannot write a file and make others beside it, as in "/usr: Permission denied"; empty if
/// nothing is known that speaks against it. The file, and its folder, may not exist yet. Thread-safe.
std::string obstacle_to_writing(const std::filesystem::path& file);

inline constexpr std::size_t no_quota = std::numeric_limits<std::size_t>::max();

}  // namespace runner
