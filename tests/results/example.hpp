#pragma once

#include "runner/results/results_file.hpp"
#include "runner/sweep/observer.hpp"
#include "runner/sweep/sweep.hpp"

#include <array>
#include <string>

/// A small sweep and made-up epochs, so that the results file is tested without training anything.
namespace runner::test {

/// Four runs: (learning_rate, hidden_size) = (0.1, 2), (0.1, 3), (0.5, 2), (0.5, 3).
inline const std::string example_config = R"({
  "name": "example", "description": "für Leser", "epochs": 2, "learning_rate": [0.1, 0.5], "batch_size": 10,
  "hidden_size": [2, 3], "seed": 7})";

inline Sweep sweep_of(const std::string& config, const Dataset& data) {
  return expand(parse_config(config, "configs/example.json"), data);
}

inline const Provenance example_provenance{"runner configs/example.json", "0.1.0", "g++ 12", "reference",
                                           "a processor"};

/// Metrics that tell by themselves which run and epoch they are of: of run 3, epoch 2: 3.2, 0.625, 3.5,
/// 0.875.
inline Metrics example_metrics(std::size_t run, int epoch) {
  const float first = static_cast<float>(run) + static_cast<float>(epoch) / 10;
  const float whole = static_cast<float>(run);
  Metrics metrics;
  metrics[Metric::train_loss] = first;
  metrics[Metric::train_accuracy] = whole / 8 + 0.25f;
  metrics[Metric::test_loss] = whole + 0.5f;
  metrics[Metric::test_accuracy] = whole / 8 + 0.5f;
  return metrics;
}

/// All of one value.
inline Weights constant_weights(const NetworkShape& shape, float value) {
  Weights weights;
  for (const TensorInfo& tensor : tensor_table) (weights.*tensor.values).assign(size(tensor, shape), value);
  return weights;
}

inline Weights constant_weights(const Dataset& data, const Run& run, float value) {
  return constant_weights({data.pixels, static_cast<std::size_t>(run.spec.hidden_size), data.classes}, value);
}

inline TrainedEpoch record_of(std::size_t run, int epoch, RunStatus status = RunStatus::running) {
  return {run, epoch, example_metrics(run, epoch), status, 0.5, {}};
}

inline void write_epoch(ResultsFile& file, std::size_t run, int epoch,
                        RunStatus status = RunStatus::running) {
  const std::array records{record_of(run, epoch, status)};
  file.on_epoch(records);
}

/// All epochs of a run, the last of them `last`.
inline void write_run(ResultsFile& file, std::size_t run, int last = 2) {
  for (int epoch = 0; epoch <= last; ++epoch)
    write_epoch(file, run, epoch, epoch == last ? RunStatus::done : RunStatus::running);
}

}  // namespace runner::test
