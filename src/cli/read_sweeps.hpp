#pragma once

#include "runner/results/results_data.hpp"

#include <cstddef>
#include <filesystem>
#include <vector>

namespace runner::cli {

/// Results files, the shards of a sweep as one, in the order of their first.
struct Sweeps {
  std::vector<ResultsData> files;
  std::size_t kept = 0;  ///< runs left out because their values have left the config
};

/// Runs whose values have left the config are in it only if `all` are wanted. Throws Error as read_results.
Sweeps read_sweeps(const std::vector<std::filesystem::path>& files, bool all);

}  // namespace runner::cli
