#pragma once

#include "runner/results/results_data.hpp"

namespace runner {

/// Whether a run is the one that its digest stands for; else it would be taken for another run. Only where
/// the file was made by this version of the arithmetic.
bool is_of_its_digest(const Run& run, const DatasetFacts& data);

/// Throws Error (bad_input) where a run is not.
void require_own_digests(const ResultsData& results);

}  // namespace runner
