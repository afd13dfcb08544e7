#pragma once

#include "runner/model/dataset_facts.hpp"
#include "runner/model/enumerations.hpp"
#include "runner/model/metric.hpp"
#include "runner/model/recorded_epochs.hpp"
#include "runner/results/session_times.hpp"
#include "runner/sweep/sweep.hpp"

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
  /// The epoch after which it made the predictions in the file; −1: none.
  int predictions_epoch;
  /// Of each metric a number for each of ResultsData::recorded, NaN where there is none yet; empty for one
  /// that the file does not have.
  PerMetric<std::vector<float>> curves;

  /// It belongs to the sweep as its config was last; otherwise its values have left the config, and it is
  /// kept.
  bool in_sweep() const { return run.index >= 0; }

  /// Those of the recorded epoch with this index.
  Metrics metrics(std::size_t index) const {
    Metrics all;
    for (const MetricInfo& line : metric_table)
      if (const std::vector<float>& curve = curves[line.metric]; !curve.empty())
        all[line.metric] = curve[index];
    return all;
  }
};

/// What a results file says of the program and the data that its numbers come from.
struct Origin {
  std::int64_t arithmetic_version;
  std::string runner_version, kernel, processor;
  DatasetFacts data;                  ///< what is not known of it is 0 or empty
  std::string config_text;            ///< the config file as it was read
  std::filesystem::path config_file;  ///< as it was named
};

/// A results file read into memory (weights left out).
struct ResultsData {
  std::filesystem::path file;
  std::string name;
  std::string effective_config;  ///< canonical JSON
  Origin origin;
  RecordedEpochs recorded;  ///< the epochs that there are numbers of
  std::vector<StoredRun> runs;
  std::vector<SessionTimes> sessions;  ///< the latest, the first first; none in a file from before layout 6

  int epochs() const { return recorded.last(); }  ///< E

  /// It keeps what the runs predict for the test images (stored_predictions.hpp).
  bool has_predictions() const { return !origin.data.test_labels.empty(); }
};

/// Reads a results file, also one that is being written: a snapshot of what is committed. Takes no lock.
/// Throws Error: bad_input for a file that is not there, of another program or of a layout that this version
/// does not read, whose structure is not what it was when it was sealed (reseal.hpp), or that says what no
/// writer can have written: a status that its epochs contradict, an accuracy above 1; failure when reading
/// fails, or there is not enough memory for it (memory_limit).
ResultsData read_results(const std::filesystem::path& file);

}  // namespace runner
