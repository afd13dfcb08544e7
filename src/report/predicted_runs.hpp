#pragma once

#include "seeds.hpp"

#include <algorithm>

namespace runner {

/// Whether there are predictions of a run, and they are worth a look: those of a run that diverged are not.
inline bool has_predictions(const StoredRun& run) {
  return run.predictions_epoch >= 0 && run.status != RunStatus::diverged;
}

/// The runs of a configuration that are measured and have predictions.
inline Runs predicted_runs(const Runs& runs, const RecordedEpochs& recorded) {
  Runs predicted = measured_runs(runs, recorded).runs;
  std::erase_if(predicted, [](const StoredRun* run) { return !has_predictions(*run); });
  return predicted;
}

}  // namespace runner
