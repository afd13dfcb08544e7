#pragma once

#include "runner/model/enumerations.hpp"
#include "runner/model/metric.hpp"
#include "runner/model/weights.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace runner {

/// One run's epoch that is recorded.
struct TrainedEpoch {
  std::size_t run;   ///< index in the sweep
  int epoch;         ///< 0 = untrained
  Metrics metrics;   ///< as computed, also when not finite
  RunStatus status;  ///< running; done at the last epoch; diverged when a loss is not finite; stopped early
  double seconds;    ///< this run's share of its cohort's wall time since the recorded epoch before
  std::function<TrainingState()> state;  ///< copies what the run continues from; callable during on_epoch
  /// The class that it predicts for each test image; empty if it was not evaluated. Valid during on_epoch.
  std::span<const std::uint8_t> test_predictions = {};
  /// It is still running, but no epoch follows now: the sweep is being stopped, or the run waits at a rung.
  bool paused = false;
};

/// Is notified of each recorded epoch: the results file, the progress line, a test.
class Observer {
 public:
  virtual ~Observer() = default;

  /// The records of one cohort's epoch. Called by one thread at a time; epochs of a run come in order.
  /// What it throws stops the sweep.
  virtual void on_epoch(std::span<const TrainedEpoch> records) = 0;

  /// Called instead if the sweep is stopped after an epoch that is not recorded: `paused` is true, and there
  /// are no metrics (NaN). The runs can continue from the state.
  virtual void on_stop_between(std::span<const TrainedEpoch> records) { static_cast<void>(records); }
};

/// Provides what resumed runs continue from. Called by several threads at once. What it throws stops the
/// sweep.
class Checkpoints {
 public:
  virtual ~Checkpoints() = default;

  /// A run's state after the epoch that its cohort begins with.
  virtual TrainingState state(std::size_t run) const = 0;

  /// The recorded values of a metric: one for each recorded epoch up to that one.
  virtual std::vector<float> curve(std::size_t run, Metric metric) const = 0;

  /// Called before a resumed run is trained, with the metrics that its stored weights give on the data; not
  /// if the state's epoch is not recorded. Throws Error (bad_input) if they differ in any bit from what was
  /// recorded after the epoch: then the weights are not those of the run.
  virtual void compare(std::size_t run, const Metrics& evaluated) const = 0;
};

}  // namespace runner
