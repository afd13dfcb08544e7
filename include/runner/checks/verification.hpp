#pragma once

#include "runner/execution/execute.hpp"
#include "runner/results/results_data.hpp"

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace runner {

/// A number that differs from the stored one.
struct Difference {
  std::size_t run;  ///< index in ResultsData::runs
  /// "train_loss", …; "epochs_done": the run diverged at another epoch; "weights/W1": an array of the
  /// weights; or "prediction for test image 7".
  std::string what;
  int epoch;
  float stored;  ///< for weights and predictions: the first that differs
  float trained;
};

/// The outcome of training runs again.
struct Verification {
  std::size_t epochs = 0;               ///< epochs compared
  std::vector<Difference> differences;  ///< the first difference of each run
  bool complete = false;                ///< false when stopped before the end
};

/// Rows of `count` runs that have epochs to compare, evenly spaced over the file; all if there are fewer.
std::vector<std::size_t> sample_runs(const ResultsData& results, std::size_t count);

/// Loads the data set that a file was made from, from its files then, or a built-in one by its name. If `moved`
/// is given, from there: a folder with files of the same names, or an .npz archive.
///
/// Throws Error. bad_input: it is not there. failure: it has changed (the file and both checksums named).
Dataset load_origin(const ResultsData& results, const std::filesystem::path& moved = {});

/// Trains runs of a file again, from the settings in the file, up to the epoch they had reached, and compares
/// bit for bit: the metrics of each recorded epoch; the initial weights and those of weights_epoch, if the
/// file has weights; the predictions of predictions_epoch, if it has predictions.
///
/// Throws Error. failure: a run does not fit its digest, so the file has been changed. bad_input: the file
/// was made with another version of the arithmetic.
Verification verify(const ResultsData& results, std::span<const std::size_t> runs, const Dataset& data,
                    Backend backend, ThreadPool& pool, const std::atomic<bool>& stop);

}  // namespace runner
