#pragma once

#include "runner/report/statistics.hpp"
#include "runner/results/results_data.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace runner {

/// The mean of a metric over seeds, and its interval, at some epochs.
using Curve = std::vector<Estimate>;

/// The learning curves of one configuration, over its seeds that are done. Empty if none is done. The
/// validation curves are empty if there is no validation set.
using LearningCurves = PerMetric<Curve>;

/// The curves of each configuration, in the order of compare(results), at the recorded epochs with these
/// indices in results.recorded.
std::vector<LearningCurves> learning_curves(const ResultsData& results, std::span<const std::size_t> places);

}  // namespace runner
