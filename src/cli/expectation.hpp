#pragma once

#include "runner/execution/calibration.hpp"
#include "runner/sweep/cohorts.hpp"
#include "runner/sweep/sweep.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace runner::cli {

/// What is to be trained of a sweep.
struct Remainder {
  const Sweep& sweep;
  std::span<const std::size_t> runs;  ///< of the sweep
  std::span<const int> epochs;        ///< of each run of the sweep, those that it has
};

/// The cohorts that it is trained in.
std::vector<Cohort> cohorts_of(const Remainder& remainder, const DatasetFacts& data, std::size_t threads);

/// How long it is expected to take, and how many epochs.
struct Expectation {
  double seconds;
  double epochs;
  /// Of all epochs that are missing, and of their evaluations, those that early stopping is known to leave.
  /// Where runs go on from a rung, they are evaluated once more; these evaluations count, too.
  double share, share_of_evaluations;
  /// Early stopping may end it sooner, by as much as only the numbers will tell.
  bool is_bound;

  std::string time() const;  ///< "about 0:37", "at most 3:20"
};

/// By what a calibration has measured on the cohorts of a remainder, for so many threads. Of successive
/// halving that begins anew it is known how many configurations are trained between any two rungs; which ones
/// is not, and they are taken to be like the others.
Expectation expectation_of(const Remainder& remainder, const DatasetFacts& data, std::size_t threads,
                           std::span<const Cohort> cohorts, const Calibration& calibration);

/// How long to measure before a sweep is run, and where nothing but the plan is asked for.
inline constexpr Calibration::Effort before_running{2, 0.01}, for_a_plan{2, 1};

}  // namespace runner::cli
