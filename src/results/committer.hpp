#pragma once

#include "runner/results/results_file.hpp"

#include "array_writer.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace runner {

/// Gathers epochs and commits them in groups on a thread of its own:
///
///   epochs, weights, predictions → sync → epochs_done, wall_time, weights_epoch, predictions_epoch → sync →
///   status → sync → tell
///
/// (and weights_epoch or predictions_epoch = −1 → sync before what stands there is written over) so that on
/// the medium, whatever moment the power fails, a mark never stands for what is not there. Holds a bounded
/// amount of epochs: who adds more waits for the next commit.
class Committer {
 public:
  /// How long the runs of a sweep are, and the file. A file may be longer than the sweep that is at work on
  /// it: then a run that is done for the sweep is `running` for the file, which has room for more of it.
  struct Epochs {
    int sweep;            ///< the last
    RecordedEpochs file;  ///< the epochs that are told of are among these
  };

  /// `progress`: how far each run of the sweep, which is also its row, has come in the file.
  Committer(ArrayWriter writer, std::vector<RunProgress> progress, Epochs epochs, bool save_weights,
            std::chrono::milliseconds interval, std::function<void(std::span<const DurableEpoch>)> notify);

  /// Commits what is left; what cannot be is lost.
  ~Committer();

  /// add and close: one thread at a time. Both throw Error (failure) if a commit failed, this time or
  /// earlier.
  void add(std::span<const TrainedEpoch> records);
  void close();

  /// Waits until all that was added is on file. Throws as add.
  void flush();

  /// How far the runs have come, once all is on file: not between add and flush.
  std::span<const RunProgress> progress() const { return progress_; }

  /// A run that waits at this epoch (TrainedEpoch::paused) has its weights and predictions on file, if they
  /// are kept.
  void set_rung(int epoch) { rung_ = epoch; }

  /// Puts down that runs are stopped early at their last epoch, and tells of it; after flush, on the caller's
  /// thread. Throws Error (failure).
  void stop(std::span<const DurableEpoch> stopped);

  /// Puts down a session, which is on the medium after the next commit, or when the system thinks fit; after
  /// flush, on the caller's thread. Throws Error (failure).
  void note_session(std::size_t place, const SessionTimes& session);

  /// Runs that the file does not hold in full, as long as the sweep has them: that have not diverged, and
  /// lack epochs, or final weights that are to be saved.
  std::vector<std::size_t> missing() const;

 private:
  struct Pending {
    DurableEpoch durable;
    RunStatus stored;  ///< its status on file
    bool ended;        ///< nothing of it follows
    bool is_last;      ///< nothing of it follows for now, so that these are its last weights
    double seconds;
    std::unique_ptr<const TrainingState> state;  ///< after epoch 0 and the run's last, if it is to be saved
    std::vector<std::uint8_t> predictions;       ///< after the run's last, if they are kept

    bool has_last_state() const { return state && is_last; }
    bool has_predictions() const { return !predictions.empty(); }
  };

  void work();
  void commit(std::span<const Pending> group);
  void unmark(std::span<const Pending> group);
  void write_data(std::span<const Pending> group);
  void write_progress(std::span<const Pending> group);
  void throw_if_failed() const;
  void finish() noexcept;
  bool full() const { return pending_bytes_ >= max_pending_bytes; }

  static constexpr std::size_t max_pending_bytes = std::size_t{64} << 20;

  // The thread's own.
  std::optional<ArrayWriter> writer_;  ///< until close
  std::vector<RunProgress> progress_;
  std::vector<double> seconds_;  ///< wall time of each run, summed since its most recent epoch 0
  const std::function<void(std::span<const DurableEpoch>)> notify_;

  const Epochs epochs_;
  const bool save_weights_, keep_predictions_;
  const std::chrono::milliseconds interval_;
  int rung_ = -1;  ///< of the threads that add

  mutable std::mutex mutex_;  ///< guards all below
  std::condition_variable more_, room_, idle_;
  std::vector<Pending> pending_;
  std::size_t pending_bytes_ = 0;
  std::chrono::steady_clock::time_point oldest_;  ///< when the first of pending_ came
  bool committing_ = false, flushing_ = false;
  bool closing_ = false;
  std::string error_;  ///< of the commit that failed; none is tried after it
  std::vector<bool> complete_;

  std::thread thread_;  // last: it uses all above
};

}  // namespace runner
