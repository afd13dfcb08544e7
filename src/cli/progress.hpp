#pragma once

#include "runner/data/dataset.hpp"
#include "runner/results/results_file.hpp"
#include "runner/sweep/sweep.hpp"

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace runner::cli {

/// Says on standard error how far a sweep has come: one live line on a terminal that knows escapes, a line
/// now and then elsewhere. Used by one thread at a time.
class Progress {
 public:
  /// `missing`: the runs that are to be trained; those done before count as done from the start.
  /// `epochs`: for each run of the sweep, how far it has been trained before.
  Progress(const Sweep& sweep, const Dataset& data, std::span<const std::size_t> missing,
           std::vector<int> epochs, bool quiet);

  /// Takes note of epochs that are safely on file, and says so if it is time.
  void add(std::span<const DurableEpoch> epochs);

  /// Says the last word, with the time that was expected, "about 0:37", and leaves the live line.
  void finish(const std::string& expected);

  /// Seconds since it was made.
  double elapsed() const;

  /// "17/27 runs (3 stopped early), 181/297 epochs, 0:41 elapsed, 0:26 left, best test accuracy 0.8731". The
  /// epochs that stopped runs will not have are taken off the second number.
  std::string line() const;

 private:
  using Clock = std::chrono::steady_clock;

  void show(bool last);

  std::string expected_;  ///< said at the end
  bool quiet_;
  bool terminal_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_;
  std::size_t runs_, runs_done_, runs_stopped_ = 0;
  std::size_t epochs_ = 0, epochs_done_ = 0;
  double cost_ = 0, cost_done_ = 0;  // of what is to be trained
  std::vector<double> run_cost_;     // of one epoch of each run
  std::vector<int> epoch_;           // each run's last
  int last_epoch_;
  float best_test_accuracy_ = -1;
};

/// An epoch that is on file as a line of JSON: run (index in the sweep), digest, epoch, status and the
/// metrics, those on the validation set if there is one, with as many digits as tell a float32 from its
/// neighbours; null for NaN.
std::string json_line(const DurableEpoch& epoch, const Run& run, bool with_validation);

}  // namespace runner::cli
