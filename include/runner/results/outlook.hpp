#pragma once

#include "runner/model/dataset_facts.hpp"
#include "runner/sweep/sweep.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace runner {

/// What a sweep would find in its results file if it were run now.
struct Outlook {
  bool exists = false;                      ///< there is a file to continue
  bool is_replaced = false;                 ///< it is too small, and would be replaced by a larger one
  std::vector<std::size_t> missing;         ///< the runs of the sweep that lack epochs in the file, ascending
  std::vector<int> epochs;                  ///< for each run of the sweep, the epoch it continues from
  std::uint64_t bytes = 0;                  ///< size of the file; if it has to be made, an estimate
  std::optional<std::uint64_t> free_bytes;  ///< in its folder; nothing if the system does not say
  /// Why the file cannot be written, as in "/usr: Permission denied"; empty if it can be.
  std::string obstacle;
};

/// Looks at the results file of a sweep, and changes nothing. Takes no lock: of a file that is being written
/// it sees the present state.
///
/// With early stopping, `missing` contains runs that the rule may stop before the last epoch. With Patience
/// these are the runs that it has not stopped yet. With SuccessiveHalving, if the file would be replaced,
/// these are also runs that it has stopped, because other configurations may take part.
///
/// Throws Error as ResultsFile does if the sweep cannot continue the file.
Outlook look_ahead(const std::filesystem::path& file, const Sweep& sweep, const DatasetFacts& data);

}  // namespace runner
