#pragma once

#include "runner/results/results_file.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <span>

namespace runner::cli {

/// Knows how long an epoch takes of what is being trained, from when epochs come: the recorded ones, which
/// stand for those between, too. Thread-safe.
class EpochClock {
 public:
  /// Epochs that have just been committed.
  void note(std::span<const DurableEpoch> epochs);

  /// Seconds until all runs in flight have finished their epoch, if they take as long as the one before; none
  /// where none has two epochs yet.
  std::optional<double> left() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Run {
    Clock::time_point last;  ///< when its last epoch came
    int epoch;               ///< that epoch
    int step = 1;            ///< epochs since the one before
    double seconds = -1;     ///< of each of them; −1: not known
  };

  mutable std::mutex mutex_;
  std::map<std::size_t, Run> in_flight_;
};

}  // namespace runner::cli
