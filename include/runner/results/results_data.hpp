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
#include <utility>
#include <vector>

namespace runner {

/// One run as the results file holds it.
struct StoredRun {
  Run run;
  RunStatus status;
  int epochs_done;   ///< last epoch recorded with finite losses, −1 before epoch 0
  double wall_time;  ///< seconds
  /// The epoch of its weights in the file; −1: none.
  int weights_epoch;
  /// The epoch of its predictions in the file; −1: none.
  int predictions_epoch;
  /// For each metric, one number per epoch of ResultsData::recorded; NaN: none yet. Empty for a metric that
  /// the file does not have.
  PerMetric<std::vector<float>> curves;
  std::size_t row;    ///< its row in the file that it was read from
  std::size_t shard;  ///< the number of this file (ResultsData::file_of)

  /// Whether its values are in the config that was run last. If not, the run is only kept.
  bool in_sweep() const { return run.index >= 0; }

  /// The metrics of the recorded epoch with this index.
  Metrics metrics(std::size_t index) const {
    Metrics all;
    for (const MetricInfo& line : metric_table)
      if (const std::vector<float>& curve = curves[line.metric]; !curve.empty())
        all[line.metric] = curve[index];
    return all;
  }
};

/// The program and the data that the numbers of a results file come from.
struct Origin {
  std::int64_t arithmetic_version;
  std::string runner_version, kernel, processor;
  DatasetFacts data;                  ///< unknown facts are 0 or empty
  std::string config_text;            ///< the text of the config file
  std::filesystem::path config_file;  ///< the path as the user gave it
};

/// A results file in memory, without its weights.
struct ResultsData {
  std::filesystem::path file;
  std::string name;
  std::string effective_config;  ///< canonical JSON
  Origin origin;
  RecordedEpochs recorded;  ///< the epochs that have numbers
  std::vector<StoredRun> runs;
  std::vector<SessionTimes> sessions;  ///< the latest, in ascending order; none in files of layouts before 6
  /// Of pooled shards (pool_shards): the files after the first.
  std::vector<std::filesystem::path> further_files;
  /// Runs that leave_out() has taken out of `runs`, without their curves.
  std::vector<StoredRun> left_out;

  /// The file that this run was read from.
  const std::filesystem::path& file_of(const StoredRun& run) const {
    return run.shard == 0 ? file : further_files[run.shard - 1];
  }

  int epochs() const { return recorded.last(); }  ///< E

  /// Takes the runs for which drop(run) is true out of `runs`, one by one in their order; returns their
  /// number.
  template <class Drop>
  std::size_t leave_out(const Drop& drop) {
    std::vector<StoredRun> kept;
    const std::size_t before = left_out.size();
    for (StoredRun& run : runs) {
      const bool dropped = drop(std::as_const(run));
      if (dropped) run.curves = {};
      (dropped ? left_out : kept).push_back(std::move(run));
    }
    runs = std::move(kept);
    return left_out.size() - before;
  }

  /// Whether it keeps the runs' predictions for the test images (stored_predictions.hpp).
  bool has_predictions() const { return !origin.data.test_labels.empty(); }
};

/// Reads a results file, also one that is being written: a snapshot of what is committed. Takes no lock.
///
/// Throws Error. bad_input: the file is not there, is of another program or of a layout that this version
/// does not read; its structure has changed since it was sealed (reseal.hpp); or it holds what no writer can
/// have written, such as a status that contradicts the epochs, or an accuracy above 1. failure: reading
/// fails, or there is not enough memory (memory_limit).
ResultsData read_results(const std::filesystem::path& file);

}  // namespace runner
