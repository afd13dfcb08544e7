#pragma once

#include "runner/files/replacement.hpp"
#include "runner/model/dataset_facts.hpp"
#include "runner/model/metric.hpp"
#include "runner/model/recorded_epochs.hpp"
#include "runner/model/weights.hpp"
#include "runner/results/session_times.hpp"
#include "runner/sweep/observer.hpp"
#include "runner/sweep/sweep.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace runner {

/// Where the numbers come from, for the root attributes.
struct Provenance {
  std::string command_line;
  std::string runner_version;
  std::string compiler;
  std::string kernel;
  std::string processor;
};

/// A run's recorded epoch that is safely on disk.
struct DurableEpoch {
  std::size_t run;
  int epoch;
  Metrics metrics;
  RunStatus status;
};

/// The one state of a sweep: an HDF5 file that is also netCDF-4, held open for writing by one process.
///
/// The file is made whole (every array allocated in full) under a temporary name, synced and renamed before
/// the first epoch; from then on nothing but raw data is written. Epochs are committed in groups: gathered
/// for at most `commit_interval`, written and synced (fdatasync); then the marks epochs_done and wall_time
/// are written and synced, then status; and only then `notify` is called. A kill or a power cut costs at
/// most the epochs of which nobody has been notified yet. A file that is there is checked before it is gone
/// on with (check.hpp), which takes as long as reading it.
///
/// Early stopping (Config::early_stopping) is decided by what is on file: a run is `stopped` if the rule of
/// the sweep at work ends it by its recorded numbers, and neither done nor diverged. So a sweep without the
/// rule, or with another, goes on with it, and no number is thrown away. For successive halving the runs are
/// trained from rung to rung: due(), epochs() and recorded() are of the way to the next one, and
/// next_rung() decides.
///
/// The state of runs that are stopped in the middle (TrainedEpoch::paused) goes to a sidecar, `file` +
/// ".checkpoint", when the file is closed, and it goes on from there the next time. Nothing is lost without
/// it but time.
///
/// on_epoch copies what it needs and returns; a thread of the file's own writes. on_epoch, close and the
/// destructor: one thread at a time.
class ResultsFile : public Observer, public Checkpoints {
 public:
  struct Options {
    bool fresh =
        false;  ///< start anew: replace the file if it is one of ours, of whatever config and version
    bool prune = false;  ///< drop the runs that are no longer in the sweep
    std::chrono::milliseconds commit_interval{1000};
    /// Called on the file's own thread, and by next_rung(); may be empty.
    std::function<void(std::span<const DurableEpoch>)> notify{};
    /// To make a large file takes minutes: once this is true, that is given up. May be null.
    const std::atomic<bool>* stop = nullptr;
    /// Hears what the file system lacks, and what another program has put into the file and is lost when it
    /// is replaced, on the thread that opens or closes the file.
    Note note{};
  };

  /// Creates the file, or opens the one that is there to go on with it, under an exclusive lock (`file` +
  /// ".lock", flock). One that lacks runs or epochs of the sweep, or has its runs in another order, is first
  /// replaced by one that has places for all, and holds what the old one held: also, in its last rows, runs
  /// that are no longer in the sweep, unless it is to be pruned; and epochs beyond those of the sweep. A run
  /// of a sweep that is shorter than the file is trained for the sweep's epochs, and `running` in the file.
  ///
  /// The epochs to record are Config::recorded_epochs(). A file that has them all, and more, stays as it is,
  /// and more are recorded. One that lacks some is replaced by one with the old epochs and those. A run that
  /// has epochs behind one that it lacks keeps those before that, and is trained again from weights of such
  /// an epoch, or from its beginning.
  ///
  /// Throws Error. bad_input: the file is held by another runner (pid, host and start named), or open for
  /// writing in another program that uses HDF5's locks; not all in it is what was written, and `fresh` is not
  /// set (a run and what is damaged of it named); it is a folder, not HDF5, of another program, layout
  /// or arithmetic version; it is of other data or sizes, or saves
  /// weights where the sweep does not, and `fresh` is not set (the differences named).
  /// failure: the folder cannot be made or written, too little free space (needed and free named), any I/O
  /// error. stopped: `stop` became true while the file was made.
  ResultsFile(const std::filesystem::path& file, const Sweep& sweep, const DatasetFacts& data,
              const Provenance& provenance, Options options);
  ~ResultsFile() override;  ///< commits what it can and closes; never throws

  /// Indices of the sweep's runs that the file does not hold in full, as long as the sweep has them.
  /// Ascending.
  std::vector<std::size_t> missing() const;

  /// Those of them that are to be trained next: that lack epochs of recorded(). All but where there are
  /// rungs.
  std::vector<std::size_t> due() const;

  /// For each of the sweep's runs the epoch it goes on from: 0, or where the file or its sidecar has its
  /// weights after a later one, that.
  std::vector<int> epochs() const;

  /// The epochs to record, as far as the sweep goes, or to the next rung: those of the file.
  const RecordedEpochs& recorded() const;

  /// Once all due() are trained: where that was up to a rung of successive halving, puts down which runs
  /// stop there, and tells of them a second time, with the status `stopped`. False where nothing was left to
  /// decide: the sweep is done.
  ///
  /// The states of the others are kept for the next rung: in the weights of the file, if it has some, else in
  /// memory, and in the sidecar in case the process is killed. For those that a quarter of the memory does
  /// not hold, training begins anew. Throws Error (failure).
  bool next_rung();

  /// Puts down the times of this session of training; what was noted of it before is replaced. A file of an
  /// earlier layout has no place for them. Throws Error (failure).
  void note_session(const SessionTimes& session);

  /// How many of the runs that are due are trained again from their beginning, though the file has epochs of
  /// them: it has no weights to go on from. Their numbers come out the same.
  std::size_t begun_anew() const;

  /// A run's state after that epoch. Thread-safe. Throws Error as read_results.
  TrainingState state(std::size_t run) const override;

  std::vector<float> curve(std::size_t run, Metric metric) const override;

  /// Throws Error (bad_input), naming the run and both losses.
  void compare(std::size_t run, const Metrics& evaluated) const override;

  /// The epochs are those of recorded(). Throws Error (failure) if an earlier write failed.
  void on_epoch(std::span<const TrainedEpoch> records) override;

  /// Keeps the weights for the sidecar. The time since the last recorded epoch is lost to wall_time.
  void on_stop_between(std::span<const TrainedEpoch> records) override;

  /// Commits what is left, writes or removes the sidecar, and closes the file. Throws Error (failure) if
  /// anything could not be written.
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace runner
