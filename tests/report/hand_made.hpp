#pragma once

#include "runner/results/results_data.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace runner::test {

using Curve = std::vector<float>;

inline RunSpec spec(std::int32_t hidden_size, std::int64_t seed = 1, double learning_rate = 0.1) {
  RunSpec s;
  s.hidden_size = hidden_size;
  s.seed = seed;
  s.learning_rate = learning_rate;
  return s;
}

/// A run with curves written by hand, epochs 0 … E each; its training loss falls, so that it has learned.
inline StoredRun stored(const RunSpec& spec, RunStatus status, Curve train_accuracy, Curve test_accuracy,
                        Curve test_loss) {
  StoredRun run{};
  run.run.spec = spec;
  run.status = status;
  run.epochs_done = status == RunStatus::pending ? -1 : static_cast<int>(test_loss.size()) - 1;
  for (std::size_t e = 0; e < test_loss.size(); ++e)
    run.curves[Metric::train_loss].push_back(2.5f / static_cast<float>(e + 1));
  run.curves[Metric::train_accuracy] = std::move(train_accuracy);
  run.curves[Metric::test_accuracy] = std::move(test_accuracy);
  run.curves[Metric::test_loss] = std::move(test_loss);
  return run;
}

/// A run of one epoch after the untrained network, where only its end matters.
inline StoredRun ending(const RunSpec& spec, float train_accuracy, float test_accuracy) {
  return stored(spec, RunStatus::done, {0, train_accuracy}, {0, test_accuracy}, {2, 1});
}

/// Results of a sweep of `epochs` epochs named "made", on ten classes of equal size.
inline ResultsData results(int epochs, std::vector<StoredRun> runs) {
  ResultsData data{};
  data.name = "made";
  data.recorded = RecordedEpochs(epochs);
  data.origin.data.train_class_counts.assign(10, 1);
  data.runs = std::move(runs);
  return data;
}

/// The same of a sweep with numbers of these epochs alone: the curves have one for each.
inline ResultsData results(const RecordedEpochs& recorded, std::vector<StoredRun> runs) {
  ResultsData data = results(recorded.last(), std::move(runs));
  data.recorded = recorded;
  for (StoredRun& run : data.runs)
    if (run.epochs_done >= 0) run.epochs_done = recorded[static_cast<std::size_t>(run.epochs_done)];
  return data;
}

}  // namespace runner::test
