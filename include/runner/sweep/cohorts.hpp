#pragma once

#include "runner/sweep/sweep.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace runner {

/// Runs trained in lockstep.
struct Cohort {
  std::vector<std::size_t> runs;  ///< indices into the sweep's runs, ascending
  double cost = 0;                ///< predicted, in multiply-adds an epoch; the sum of its runs'
  int epoch = 0;                  ///< they have been trained so far
};

/// Groups some of a sweep's runs into cohorts, the most expensive first.
///
/// Runs of a cohort share their batches, and together have at most `max_hidden` hidden units (one run may
/// have more: then it is alone): enough to share the lists of a batch among, and few enough for their weights
/// to stay in cache. Large groups are divided evenly, and further while there are fewer cohorts than
/// `threads` and one has more than one run. Results do not depend on the grouping.
std::vector<Cohort> make_cohorts(const Sweep& sweep, const DatasetFacts& data,
                                 std::span<const std::size_t> runs, std::size_t threads,
                                 std::size_t max_hidden = 256);

/// Overload for resumed runs: run i has completed epochs[i] epochs. All runs of a cohort have completed the
/// same number. Cohorts that have been begun come first; then those with the most work left.
std::vector<Cohort> make_cohorts(const Sweep& sweep, const DatasetFacts& data,
                                 std::span<const std::size_t> runs, std::span<const int> epochs,
                                 std::size_t threads);

/// The share of one of `shards` machines, shard 1 … shards: by predicted cost, in whole cohorts where there
/// are enough, and the same on every machine. Each run is in one share. Throws Error (bad_input) where there
/// are fewer runs than shards.
Sweep share_of(const Sweep& sweep, const DatasetFacts& data, std::size_t shard, std::size_t shards);

}  // namespace runner
