#pragma once

#include "runner/model/dataset_facts.hpp"
#include "runner/sweep/sweep.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace runner {

/// What ResultsFile would find if a sweep were run now.
struct Outlook {
  bool exists = false;               ///< there is a file to go on with
  bool is_replaced = false;          ///< it lacks places, and would be replaced by a larger one
  std::vector<std::size_t> missing;  ///< the sweep's runs that the file does not hold in full, ascending
  std::vector<int> epochs;           ///< of each of the sweep's runs, the epoch it goes on from
  std::uint64_t bytes = 0;           ///< size of the file: as it is, or about as it will be
  std::optional<std::uint64_t> free_bytes;  ///< in its folder; nothing where the system does not say
};

/// Looks at the results file of a sweep, and changes nothing. Takes no lock: a file that is being written is
/// seen as it is.
///
/// With early stopping, `missing` has runs that the rule may stop before the last epoch: by Patience those
/// that it has not stopped yet. By SuccessiveHalving, if the file would be replaced, also those that it has
/// stopped, as other configurations may come in between.
///
/// Throws Error as ResultsFile does where the sweep cannot go on with the file.
Outlook look_ahead(const std::filesystem::path& file, const Sweep& sweep, const DatasetFacts& data);

}  // namespace runner
