#pragma once

#include "runner/sweep/sweep.hpp"
#include "runner/training/cohort_trainer.hpp"

namespace runner::cli {

/// Makes sure that there is memory for a sweep on so many threads, with what the program has taken already:
/// for the largest cohorts that may be in training at once, one on each thread, and for the table of all
/// results. Returns the bytes that the sweep takes beyond what the program has taken. Throws Error (failure)
/// saying what is needed and which limit (memory_limit) is in the way.
double require_memory(const Sweep& sweep, const Dataset& data, const Backend& backend, std::size_t threads);

/// Makes sure that there is some memory left: HDF5 crashes where it gets none. Throws std::bad_alloc.
void require_some_memory();

}  // namespace runner::cli
