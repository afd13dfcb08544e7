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

/// The origin of the numbers, for the root attributes.
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
/// Creation: the file is made complete (every array allocated in full) under a temporary name, synced and
/// renamed before the first epoch. After that only raw data is written.
///
/// Commits: epochs are gathered for at most `commit_interval`, then written and synced (fdatasync). Then the
/// marks epochs_done and wall_time are written and synced, then status. Only then `notify` is called. So a
/// kill or a power cut costs at most epochs that nobody was notified of. An existing file is checked before
/// it is continued (check.hpp), which takes as long as reading it.
///
/// Early stopping (Config::early_stopping) is decided by the numbers in the file. A run is `stopped` if the
/// present sweep's rule ends it by its recorded numbers, and it is neither done nor diverged. So a sweep
/// without the rule, or with another one, can continue the run, and no number is thrown away. With successive
/// halving the runs are trained from rung to rung: due(), epochs() and recorded() describe the way to the
/// next rung, and next_rung() decides.
///
/// Checkpoints: when the file is closed, the states of unfinished runs
/// (TrainedEpoch::paused) are written to a sidecar, `file` + ".checkpoint". The next sweep continues from
/// there. Without the sidecar only time is lost.
///
/// on_epoch() copies what it needs and returns; a thread of the file writes. Call on_epoch(), close() and the
/// destructor from one thread at a time.
class ResultsFile : public Observer, public Checkpoints {
 public:
  struct Options {
    bool fresh = false;  ///< start anew: replace a results file, whatever its config and version
    bool prune = false;  ///< delete the runs that are no longer in the sweep
    std::chrono::milliseconds commit_interval{1000};
    /// Called on the file's own thread, and by next_rung(); may be empty.
    std::function<void(std::span<const DurableEpoch>)> notify{};
    /// Making a large file takes minutes; it is given up once this is true. May be null.
    const std::atomic<bool>* stop = nullptr;
    /// Receives notes, on the thread that opens or closes the file: what the file system lacks, and what
    /// another program has put into the file and is lost when the file is replaced.
    Note note{};
  };

  /// Creates the file, or opens an existing one to continue it, under an exclusive lock (`file` + ".lock",
  /// flock).
  ///
  /// A file that lacks runs or epochs of the sweep, or has its runs in another order, is first replaced by
  /// one with room for everything. The new file takes over what the old one holds, also epochs beyond those
  /// of the sweep, and (in its last rows) runs that are no longer in the sweep, unless `prune` is set. If the
  /// sweep is shorter than the file, a run is trained for the sweep's epochs, and stays `running` in the
  /// file.
  ///
  /// The epochs to record are Config::recorded_epochs(). If the file has all of them, and more, it stays as
  /// it is, and all its epochs are recorded. If it lacks some, it is replaced by one with the epochs of both.
  /// A run that lacks an epoch before others that it has keeps the epochs before the gap, and is trained
  /// again from weights of such an epoch, or from its beginning.
  ///
  /// Throws Error. bad_input: the file is held by another runner (pid, host and start named), or open for
  /// writing in another program that uses HDF5's locks; it is damaged, and `fresh` is not set (a run and its
  /// damage named); it is a folder, not HDF5, of another program, layout or arithmetic version; it is of
  /// other data or sizes, or saves weights and the sweep does not, and `fresh` is not set (the differences
  /// named). failure: the folder cannot be made or written, too little free space (needed and free named),
  /// any I/O error. stopped: `stop` became true while the file was made.
  ResultsFile(const std::filesystem::path& file, const Sweep& sweep, const DatasetFacts& data,
              const Provenance& provenance, Options options);
  ~ResultsFile() override;  ///< commits as much as it can, and closes; never throws

  /// Indices of the runs that lack epochs of the sweep, ascending.
  std::vector<std::size_t> missing() const;

  /// The runs to be trained next: those that lack epochs of recorded(). Equals missing() unless there are
  /// rungs.
  std::vector<std::size_t> due() const;

  /// For each run of the sweep, the epoch it continues from: the latest one whose weights are in the file or
  /// its sidecar, else 0.
  std::vector<int> epochs() const;

  /// The epochs of the file, up to the last epoch of the sweep or to the next rung.
  const RecordedEpochs& recorded() const;

  /// Call it when all due() runs are trained. At a rung of successive halving it marks the runs that stop
  /// there, and notifies of each a second time, with the status `stopped`. Returns false if there was nothing
  /// left to decide: the sweep is done.
  ///
  /// The states of the other runs are kept for the next rung: in the file, if it has weights, otherwise in
  /// memory, and in the sidecar in case the process is killed. Runs whose states do not fit into a quarter of
  /// the memory begin anew. Throws Error (failure).
  bool next_rung();

  /// Stores the times of this session of training, in place of earlier ones of the same session. A file of an
  /// earlier layout has no room for them. Throws Error (failure).
  void note_session(const SessionTimes& session);

  /// How many of the due() runs are trained again from epoch 0 although the file has epochs of them, because
  /// it has no weights to continue from. Their numbers come out the same.
  std::size_t begun_anew() const;

  /// The run's state after this epoch. Thread-safe. Throws Error as read_results.
  TrainingState state(std::size_t run) const override;

  std::vector<float> curve(std::size_t run, Metric metric) const override;

  /// Throws Error (bad_input), naming the run and both losses.
  void compare(std::size_t run, const Metrics& evaluated) const override;

  /// The epochs are those of recorded(). Throws Error (failure) if an earlier write failed.
  void on_epoch(std::span<const TrainedEpoch> records) override;

  /// Keeps the weights for the sidecar. The time since the last recorded epoch is lost to wall_time.
  void on_stop_between(std::span<const TrainedEpoch> records) override;

  /// Commits the remaining epochs, writes or removes the sidecar, and closes the file. Throws Error (failure)
  /// if anything could not be written.
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace runner
