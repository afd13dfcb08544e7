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

/// A number that came out otherwise than it is stored.
struct Difference {
  std::size_t run;  ///< index in ResultsData::runs
  /// "train_loss", … or "epochs_done", where a run diverged at another epoch, or an array of the weights,
  /// "weights/W1", or "prediction for test image 7"
  std::string what;
  int epoch;
  float stored;  ///< of weights and predictions the first that differs
  float trained;
};

/// What came of training runs again.
struct Verification {
  std::size_t epochs = 0;               ///< that were compared
  std::vector<Difference> differences;  ///< the first of each run
  bool complete = false;                ///< false when stopped before the end
};

/// Rows of `count` runs that have epochs to compare, spread evenly over the file; all if it has no more.
std::vector<std::size_t> sample_runs(const ResultsData& results, std::size_t count);

/// Loads the data set a file was made from: from where it lay then, or a built-in one by its name. Where
/// `moved` is given, from there: a folder with files of the same names, or an .npz archive.
///
/// Throws Error. bad_input: it is not there. failure: it is not what it was (the file and both checksums
/// named).
Dataset load_origin(const ResultsData& results, const std::filesystem::path& moved = {});

/// Trains runs of a file again, from what the file says of itself, as far as they had come, and compares each
/// recorded epoch's metrics bit for bit; where the file has weights, those of the untrained network and those
/// after weights_epoch; and where it has predictions, those after predictions_epoch.
///
/// Throws Error (failure) where a run's digest is not that of its specification, for then the file has been
/// changed; bad_input where it was made with another version of the arithmetic.
Verification verify(const ResultsData& results, std::span<const std::size_t> runs, const Dataset& data,
                    Backend backend, ThreadPool& pool, const std::atomic<bool>& stop);

}  // namespace runner
