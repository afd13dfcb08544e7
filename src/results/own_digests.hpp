#pragma once

#include "runner/results/results_data.hpp"

namespace runner {

/// Throws Error (bad_input) where a run is not the one that its digest stands for: it would be taken for
/// another run.
void require_own_digests(const ResultsData& results);

}  // namespace runner
