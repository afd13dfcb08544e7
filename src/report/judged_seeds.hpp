#pragma once

#include "runner/report/comparison.hpp"
#include "runner/report/trust.hpp"
#include "runner/results/results_data.hpp"

#include "seeds.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace runner {

/// Of runs of one configuration that have numbers up to the place `last`; none of fewer than two.
JudgedSeeds judged_seeds(const Runs& runs, std::size_t last, Images images, bool validated);

/// a − b, seed by seed; mean and sd are 0 of fewer than two seeds that both have.
struct PairedDifference {
  std::size_t seeds = 0;
  double mean = 0;  ///< of `own`
  double sd = 0;    ///< of `share`, with what rounding to steps of an accuracy adds
};
PairedDifference difference_of(const JudgedSeeds& a, const JudgedSeeds& b, double step);

/// Fills Comparison::trust and what it says of each configuration. `judged` has the seeds of each of them in
/// their order, none of those that are left out.
void fill_trust(Comparison& comparison, std::span<const JudgedSeeds> judged,
                std::span<const ResultsData> files);

/// What trains `more` seeds more of some of the configurations of a results file, so that the sweep stays as
/// it is but for these. Empty where the config cannot say that in a line or two.
std::string command_for_seeds(const ResultsData& results, const Comparison& comparison,
                              std::span<const std::size_t> which, std::size_t more);

}  // namespace runner
