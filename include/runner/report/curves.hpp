#pragma once

#include "runner/report/statistics.hpp"
#include "runner/results/results_data.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace runner {

/// A metric over some epochs: its mean over seeds and how well that is known.
using Curve = std::vector<Estimate>;

/// The learning curves of one configuration, over its seeds that are done. Empty where none is done; those on
/// the validation set also where there is no such set.
using LearningCurves = PerMetric<Curve>;

/// After some of the recorded epochs, given by their indices in results.recorded, for each configuration in
/// the order of compare(results).
std::vector<LearningCurves> learning_curves(const ResultsData& results, std::span<const std::size_t> places);

}  // namespace runner
