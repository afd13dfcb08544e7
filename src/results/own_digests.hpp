#pragma once

#include "runner/data/dataset.hpp"
#include "runner/results/results_data.hpp"

namespace runner {

/// What a data set must be for the digests and arrays of a file to come out as those of its parts.
Dataset outline(const ResultsData& part);

/// Throws Error (bad_input) where a run is not the one that its digest stands for: it would be taken for
/// another run.
void require_own_digests(const ResultsData& part, const Dataset& data);

}  // namespace runner
