#pragma once

#include "runner/results/results_data.hpp"

#include "stored_file.hpp"

namespace runner {

/// read_results() of a file that has been opened.
ResultsData read_results(const StoredFile& file);

/// The same without the curves: the marks of a file that is being written are read before anything that they
/// speak of.
ResultsData read_without_curves(const StoredFile& file);

}  // namespace runner
