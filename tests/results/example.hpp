#pragma once

#include "runner/execution/observer.hpp"
#include "runner/results/results_file.hpp"
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
  return {first, whole / 8 + 0.25f, whole + 0.5f, whole / 8 + 0.5f};
}

inline EpochRecord record_of(std::size_t run, int epoch, RunStatus status = RunStatus::running) {
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
