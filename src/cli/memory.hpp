#pragma once

#include "runner/sweep/sweep.hpp"
#include "runner/training/cohort_trainer.hpp"

namespace runner::cli {

/// Makes sure that this machine has the memory for each run of a sweep alone, and for the table of all
/// results. Throws Error (failure) saying what is needed and what there is.
void require_memory(const Sweep& sweep, const Dataset& data, const Backend& backend);

}  // namespace runner::cli
