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

/// How fast this machine trains the cohorts of a sweep, measured on a sample of them beforehand.
///
/// The sample is drawn in proportion to predicted work, so that it represents the time of the whole. As many
/// cohorts as will be in flight are trained at the same time, on a few hundred images of the data set, in
/// rounds of at most a quarter of a second. Seconds per predicted multiply-add are measured, separately for
/// training and evaluation. A cohort that was not measured is assumed to be as fast as measured ones with the
/// same batch size, hidden units, optimizer, dropout, activation and gradient.
///
/// Not included: reading and writing files, and the end of a sweep, when fewer cohorts than threads are left.
/// Runs that diverge end earlier than predicted.
class Calibration {
 public:
  /// How long to measure.
  struct Effort {
    double most_seconds;  ///< upper limit, unless a single batch takes longer
    double most_share;    ///< upper limit, as a share of the expected time of all cohorts; the first round is
                          ///< always made
  };

  /// Measures `cohorts`, which are to be trained on all threads of the pool, up to the last epoch of
  /// `recorded`. Ends early once `stop` is true. Throws what training throws (std::bad_alloc).
  Calibration(const Sweep& sweep, std::span<const Cohort> cohorts, const Dataset& data, Backend backend,
              ThreadPool& pool, const RecordedEpochs& recorded, const Effort& effort,
              const std::atomic<bool>& stop);
  ~Calibration();

  /// Expected seconds to train these cohorts on these threads. They are the measured cohorts, or similar
  /// ones, such as a share of the sweep. 0 if there are none.
  double expected_seconds(const Sweep& sweep, std::span<const Cohort> cohorts) const;

  /// The same up to an epoch that may be before the last.
  double expected_seconds(const Sweep& sweep, std::span<const Cohort> cohorts, int last) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace runner
