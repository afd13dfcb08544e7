#pragma once

#include "runner/execution/observer.hpp"
#include "runner/sweep/sweep.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace runner {

/// One run as the results file holds it.
struct StoredRun {
  Run run;
  RunStatus status;
  int epochs_done;   ///< last epoch recorded with finite losses, −1 before epoch 0
  double wall_time;  ///< seconds
  /// The epoch after which it had the weights in the file; −1: none.
  int weights_epoch;
  /// Epochs 0 … E; NaN where there is none yet.
  std::vector<float> train_loss, train_accuracy, test_loss, test_accuracy;
  std::vector<float> validation_loss, validation_accuracy;  ///< empty where there is no validation set

  /// It belongs to the sweep as its config was last; otherwise its values have left the config, and it is
  /// kept.
  bool in_sweep() const { return run.index >= 0; }

  Metrics metrics(std::size_t epoch) const {
    Metrics all{train_loss[epoch], train_accuracy[epoch], test_loss[epoch], test_accuracy[epoch]};
    if (!validation_loss.empty()) {
      all.validation_loss = validation_loss[epoch];
      all.validation_accuracy = validation_accuracy[epoch];
    }
    return all;
  }
};

/// What a results file says of the program and the data that its numbers come from.
struct Origin {
  std::int64_t arithmetic_version;
  std::string runner_version, kernel, processor;
  std::string dataset;                                 ///< Dataset::name
  std::filesystem::path dataset_directory;             ///< where it lay
  std::array<DatasetFile, 4> files;                    ///< as in Dataset
  std::string config_text;                             ///< the config file as it was read
  std::filesystem::path config_file;                   ///< as it was named
  std::size_t train_size, validation_size, test_size;  ///< images
  /// Of the training images, those of each class; empty where an earlier version wrote the file.
  std::vector<std::int64_t> train_class_counts;
};

/// A results file read into memory (weights left out).
struct ResultsData {
  std::filesystem::path file;
  std::string name;
  std::string effective_config;  ///< canonical JSON
  Origin origin;
  int epochs;                   ///< E
  std::size_t pixels, classes;  ///< of its weights; 0 if it has no place for them
  std::vector<StoredRun> runs;
};

/// Reads a results file, also one that is being written: a snapshot of what is committed. Takes no lock.
/// Throws Error: bad_input for a file that is not there, of another program or of another layout version,
/// whose structure is not what it was when it was made, or that says what no writer can have written: a
/// status that its epochs contradict, an accuracy above 1; failure when reading fails, or there is not
/// enough memory for it (memory_limit).
ResultsData read_results(const std::filesystem::path& file);

}  // namespace runner
