#pragma once

#include "runner/results/results_data.hpp"

#include "stored_file.hpp"

namespace runner {

/// read_results() of a file that has been opened.
ResultsData read_results(const StoredFile& file);

}  // namespace runner
