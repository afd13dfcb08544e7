#pragma once

#include "runner/compute/parallel.hpp"
#include "runner/data/dataset.hpp"
#include "runner/model/recorded_epochs.hpp"
#include "runner/sweep/cohorts.hpp"
#include "runner/training/cohort_trainer.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>

namespace runner {

/// How fast this machine trains the cohorts of a sweep, measured on a sample of them before they are trained.
///
/// Cohorts are drawn in proportion to their predicted work, so that the sample stands for the time of the
/// whole. As many as will be in flight at once are trained at once, on a few hundred images of the data set,
/// round by round, for a quarter of a second at most. Their seconds per predicted multiply-add are measured,
/// apart for training and for evaluation. A cohort that was not measured is taken to be as fast as
/// those that are like it: in batch size, hidden units, optimizer, dropout, activation and gradient.
///
/// Not in it: files read and written, and the end of a sweep, where fewer cohorts than threads are left. Runs
/// that diverge end before it is foretold.
class Calibration {
 public:
  /// How long to measure.
  struct Effort {
    double most_seconds;  ///< at most, as far as no single batch takes longer
    double most_share;  ///< of the time that all cohorts are expected to take; the first round is always made
  };

  /// Measures. `cohorts`: what will be trained, on all threads of the pool, up to the last of `recorded`.
  /// Ends early once `stop` is true. Throws what training throws (std::bad_alloc).
  Calibration(const Sweep& sweep, std::span<const Cohort> cohorts, const Dataset& data, Backend backend,
              ThreadPool& pool, const RecordedEpochs& recorded, const Effort& effort,
              const std::atomic<bool>& stop);
  ~Calibration();

  /// Seconds that training is expected to take on these threads: of the same cohorts, or others like them,
  /// such as those of a share of the sweep. 0 where there are none.
  double expected_seconds(const Sweep& sweep, std::span<const Cohort> cohorts) const;

  /// Seconds that measuring took.
  double measured_for() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace runner
