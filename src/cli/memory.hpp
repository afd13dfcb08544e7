#pragma once

#include "runner/sweep/sweep.hpp"
#include "runner/training/cohort_trainer.hpp"

namespace runner::cli {

/// Makes sure that this machine, and what the system lets this process have of it (its control group,
/// `ulimit -v` and `-d`), has the memory for each run of a sweep alone, and for the table of all results.
/// Throws Error (failure) saying what is needed and what there is.
void require_memory(const Sweep& sweep, const Dataset& data, const Backend& backend);

/// Makes sure that there is some memory left: HDF5 crashes where it gets none. Throws std::bad_alloc.
void require_some_memory();

}  // namespace runner::cli
