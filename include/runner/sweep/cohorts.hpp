#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "runner/sweep/sweep.hpp"

namespace runner {

/// Runs trained in lockstep.
struct Cohort {
  std::vector<std::size_t> runs;  ///< indices into the sweep's runs, ascending
  double cost = 0;                ///< predicted, in multiply-adds an epoch; the sum of its runs'
};

/// Predicted work of one epoch of a run: training and evaluation, in multiply-adds.
double run_cost(const RunSpec& spec, const Dataset& data);

/// Groups some of a sweep's runs into cohorts, the most expensive first.
///
/// Runs of a cohort share their batches, and together have at most `max_hidden` hidden units (one run may have more: then it is
/// alone), so that their weights stay in cache; large groups are divided evenly, and further while there are fewer cohorts than `threads`
/// and one has more than one run. Results do not depend on the grouping.
std::vector<Cohort> make_cohorts(const Sweep& sweep, const Dataset& data, std::span<const std::size_t> runs,
                                 std::size_t threads, std::size_t max_hidden = 208);

}  // namespace runner
