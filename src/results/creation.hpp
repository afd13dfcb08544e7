#pragma once

#include "runner/results/results_data.hpp"
#include "runner/results/results_file.hpp"

#include <filesystem>
#include <span>

namespace runner {

/// Makes the results file of a sweep in place of whatever bears that name, as replace_file does.
///
/// What earlier files hold is taken over: each run that is also of this sweep goes to its row, the others
/// (unless they are to be pruned) to rows of their own behind those of the sweep; of a run that is in several
/// what has come furthest. A run that was done, but is to have more epochs now, is running again.
///
/// Only for the holder of the file's lock. Throws Error (failure): too little free space, any I/O error.
void create_results(const std::filesystem::path& file, const Sweep& sweep, const Dataset& data,
                    const Provenance& provenance, std::span<const ResultsData> earlier = {},
                    bool prune = false);

}  // namespace runner
