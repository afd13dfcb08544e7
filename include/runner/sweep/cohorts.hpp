#pragma once

#include "runner/sweep/sweep.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace runner {

/// Runs trained in lockstep.
struct Cohort {
  std::vector<std::size_t> runs;  ///< indices into the sweep's runs, ascending
  double cost = 0;                ///< predicted multiply-adds of one epoch of all its runs
  int epoch = 0;                  ///< how many epochs all its runs have completed
};

/// Groups some of a sweep's runs into cohorts, the most expensive first.
///
/// Runs of a cohort share their batches. Together they have at most `max_hidden` hidden units; a larger run
/// is a cohort of its own. So many share the work of gathering a batch, and their weights still fit into the
/// cache. Large groups are divided evenly. They are divided further while there are fewer cohorts than
/// `threads` and some cohort has more than one run. Results do not depend on the grouping.
std::vector<Cohort> make_cohorts(const Sweep& sweep, const DatasetFacts& data,
                                 std::span<const std::size_t> runs, std::size_t threads,
                                 std::size_t max_hidden = 256);

/// Overload for resumed runs: run i has completed epochs[i] epochs. All runs of a cohort have completed the
/// same number. Cohorts that have been begun come first; then those with the most work left.
std::vector<Cohort> make_cohorts(const Sweep& sweep, const DatasetFacts& data,
                                 std::span<const std::size_t> runs, std::span<const int> epochs,
                                 std::size_t threads);

/// The share of machine `shard`, 1 … shards. Shares are equal in predicted cost, consist of whole cohorts if
/// there are enough, and are the same on every machine. Each run is in one share. Throws Error (bad_input) if
/// there are fewer runs than shards.
Sweep share_of(const Sweep& sweep, const DatasetFacts& data, std::size_t shard, std::size_t shards);

}  // namespace runner
