#pragma once

#include "runner/compute/parallel.hpp"
#include "runner/data/dataset.hpp"
#include "runner/training/cohort_trainer.hpp"

#include <cstddef>
#include <vector>

namespace runner {

/// Trains one network on `threads` threads, with the fastest code the processor has, and returns what was
/// measured after each epoch, that of the untrained network (epoch 0) first: the numbers that a sweep would
/// record of this run, bit for bit. Where it diverges, the last entry is the first that is not finite().
///
/// epochs ≥ 0 and threads ≥ 1 (asserted); the values of `run` within the ranges of their axes (not checked).
/// Throws Error: bad_input for a batch larger than the training set; failure as ThreadPool. Thread-safe.
std::vector<Metrics> train(const RunSpec& run, const Dataset& data, int epochs,
                           std::size_t threads = ThreadPool::default_threads());

}  // namespace runner
