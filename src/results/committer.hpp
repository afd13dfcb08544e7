#pragma once

#include "runner/results/results_file.hpp"

#include "array_writer.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
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
///   epochs, weights → sync → epochs_done, wall_time → sync → status → sync → tell
///
/// so that on the medium, whatever moment the power fails, a mark never stands for what is not there.
/// Holds a bounded amount of epochs: who adds more waits for the next commit.
class Committer {
 public:
  /// `rows` and `marks`: for each run of the sweep its row in the file and how far it has come there.
  Committer(ArrayWriter writer, std::vector<std::size_t> rows, std::vector<Marks> marks, bool save_weights,
            std::chrono::milliseconds interval,
            std::function<void(std::span<const CommittedEpoch>)> committed);

  /// Commits what is left; what cannot be is lost.
  ~Committer();

  /// add and close: one thread at a time. Both throw Error (failure) if a commit failed, this time or
  /// earlier.
  void add(std::span<const EpochRecord> records);
  void close();

  /// Runs whose status on file is neither done nor diverged.
  std::vector<std::size_t> missing() const;

 private:
  struct Pending {
    CommittedEpoch told;
    double seconds;
    std::unique_ptr<const WeightsCopy> weights;  ///< of epoch 0 and the run's last, if they are to be saved
  };

  void work();
  void commit(std::span<const Pending> group);
  void write_data(std::span<const Pending> group);
  void write_marks(std::span<const Pending> group);
  void throw_if_failed() const;
  void finish() noexcept;
  bool full() const { return pending_bytes_ >= max_pending_bytes; }

  static constexpr std::size_t max_pending_bytes = std::size_t{64} << 20;

  // The thread's own.
  std::optional<ArrayWriter> writer_;  ///< until close
  const std::vector<std::size_t> rows_;
  std::vector<Marks> marks_;
  std::vector<double> seconds_;  ///< of each run in this process, from its epoch 0
  const std::function<void(std::span<const CommittedEpoch>)> committed_;

  const bool save_weights_;
  const std::chrono::milliseconds interval_;

  mutable std::mutex mutex_;  ///< guards all below
  std::condition_variable more_, room_;
  std::vector<Pending> pending_;
  std::size_t pending_bytes_ = 0;
  std::chrono::steady_clock::time_point oldest_;  ///< when the first of pending_ came
  bool closing_ = false;
  std::string error_;  ///< of the commit that failed; none is tried after it
  std::vector<bool> complete_;

  std::thread thread_;  // last: it uses all above
};

}  // namespace runner
