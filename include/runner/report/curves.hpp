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

/// After these epochs (each 0 … results.epochs), for each configuration in the order of compare(results).
std::vector<LearningCurves> learning_curves(const ResultsData& results, std::span<const std::size_t> epochs);

}  // namespace runner
