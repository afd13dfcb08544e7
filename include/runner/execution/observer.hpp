#pragma once

#include "runner/training/cohort_trainer.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace runner {

/// Where a run stands after an epoch.
enum class RunStatus { pending, running, done, diverged };

/// What they are called, in their order.
inline constexpr std::array<std::string_view, 4> run_status_names{"pending", "running", "done", "diverged"};

inline std::string_view to_string(RunStatus status) {
  return run_status_names[static_cast<std::size_t>(status)];
}

/// Whether nothing is left to train of a run.
inline bool has_ended(RunStatus status) {
  return status == RunStatus::done || status == RunStatus::diverged;
}

/// One run's epoch.
struct EpochRecord {
  std::size_t run;       ///< index in the sweep
  int epoch;             ///< 0 = untrained
  Metrics metrics;       ///< as computed, also when not finite
  RunStatus status;      ///< running; done at the last epoch; diverged when a loss is not finite
  double seconds;        ///< this run's share of its cohort's wall time for this epoch
  WeightsView weights;   ///< valid during the call
  bool stopped = false;  ///< it is still running, but as the sweep is being stopped no epoch follows now
};

/// Who is told of each epoch: the results file, the progress line, a test.
class Observer {
 public:
  virtual ~Observer() = default;

  /// The records of one cohort's epoch. Called by one thread at a time; epochs of a run come in order.
  /// What it throws stops the sweep and comes out of execute().
  virtual void on_epoch(std::span<const EpochRecord> records) = 0;
};

}  // namespace runner
