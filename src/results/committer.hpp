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
/// Before stored weights or predictions are overwritten, weights_epoch or predictions_epoch = −1 is written
/// and synced. So at whatever moment the power fails, no mark on the medium stands for numbers that are not
/// there. Holds a bounded number of epochs: add() waits for the next commit if there are more.
class Committer {
 public:
  /// The epochs of the sweep and of the file. A file may have more epochs than the sweep that continues it:
  /// then a run that is done for the sweep has the status `running` in the file.
  struct Epochs {
    int sweep;            ///< the last epoch of the sweep
    RecordedEpochs file;  ///< all recorded epochs of the file
  };

  /// `progress`: how far each run of the sweep, which is also its row, has come in the file.
  Committer(ArrayWriter writer, std::vector<RunProgress> progress, Epochs epochs, bool save_weights,
            std::chrono::milliseconds interval, std::function<void(std::span<const DurableEpoch>)> notify);

  /// Commits what is left. What cannot be committed is lost.
  ~Committer();

  /// add and close: one thread at a time. Both throw Error (failure) if a commit failed, this time or
  /// earlier.
  void add(std::span<const TrainedEpoch> records);
  void close();

  /// Waits until everything that was added is committed. Throws as add.
  void flush();

  /// How far the runs have come. Call it after flush(), before the next add().
  std::span<const RunProgress> progress() const { return progress_; }

  /// Runs that wait at this epoch (TrainedEpoch::paused) get their weights and predictions stored, if the
  /// file keeps them.
  void set_rung(int epoch) { rung_ = epoch; }

  /// Marks runs as stopped early at their last epoch, and notifies of it. Call it after flush(); it works on
  /// the caller's thread. Throws Error (failure).
  void stop(std::span<const DurableEpoch> stopped);

  /// Writes the times of a session; they are on the medium after the next commit. Call it after flush(); it
  /// works on the caller's thread. Throws Error (failure).
  void note_session(std::size_t place, const SessionTimes& session);

  /// Runs of the sweep that are not complete in the file: they have not diverged, and lack epochs of the
  /// sweep or final weights that are to be saved.
  std::vector<std::size_t> missing() const;

 private:
  struct Pending {
    DurableEpoch durable;
    RunStatus stored;  ///< its status on file
    bool ended;        ///< no epoch of it follows
    bool is_last;      ///< no epoch of it follows for now, so these are its last weights
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
