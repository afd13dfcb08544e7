#pragma once

#include "runner/results/results_data.hpp"

namespace runner {

/// Whether a run's settings fit its digest. If not, the run would be taken for another one. Only for files of
/// this version of the arithmetic.
bool is_of_its_digest(const Run& run, const DatasetFacts& data);

/// Throws Error (bad_input) if the settings of a run do not fit its digest.
void require_own_digests(const ResultsData& results);

}  // namespace runner
