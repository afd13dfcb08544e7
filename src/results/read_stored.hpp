#pragma once

#include "runner/results/results_data.hpp"

#include "stored_file.hpp"

namespace runner {

/// read_results() of a file that has been opened.
ResultsData read_results(const StoredFile& file);

/// The same without the curves. In a file that is being written, the marks must be read before the numbers
/// that they claim.
ResultsData read_without_curves(const StoredFile& file);

}  // namespace runner
