#pragma once

#include "runner/compute/parallel.hpp"
#include "runner/data/dataset.hpp"
#include "runner/training/cohort_trainer.hpp"

#include <cstddef>
#include <vector>

namespace runner {

/// Trains one network on `threads` threads, with the fastest code for this processor. Returns the metrics
/// after each epoch, beginning with epoch 0, the untrained network. They equal, bit for bit, the numbers that
/// a sweep records for this run. If the run diverges, the last entry is the first that is not finite().
///
/// epochs ≥ 0 and threads ≥ 1 (asserted). The values of `run` must be within the ranges of their axes (not
/// checked). Throws Error: bad_input for a batch larger than the training set; failure as ThreadPool.
/// Thread-safe.
std::vector<Metrics> train(const RunSpec& run, const Dataset& data, int epochs,
                           std::size_t threads = ThreadPool::default_threads());

}  // namespace runner
