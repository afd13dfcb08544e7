#include "run_progress.hpp"

#include "runner/error/error.hpp"

#include <cmath>

#include <fmt/format.h>

namespace runner {

std::vector<RunProgress> read_progress(const StoredFile& file) {
  const int epochs = file.recorded().last();
  std::vector<RunProgress> progress = stored_progress(file);
  for (std::size_t r = 0; r < progress.size(); ++r) {
    const RunProgress& m = progress[r];
    if (!std::isfinite(m.wall_time) || m.wall_time < 0)
      throw file.damaged(fmt::format("the wall_time of run {} is {}", r, m.wall_time));
    if (m.status == RunStatus::done && m.epochs_done != epochs)
      throw file.damaged(fmt::format("run {} is done after {} of {} epochs", r, m.epochs_done, epochs));
    if (m.status == RunStatus::diverged && m.epochs_done >= epochs)
      throw file.damaged(fmt::format("run {} has diverged after all of its {} epochs", r, epochs));
    if (m.status == RunStatus::stopped && (m.epochs_done < 1 || m.epochs_done >= epochs))
      throw file.damaged(
          fmt::format("run {} was stopped early after {} of {} epochs", r, m.epochs_done, epochs));
    if (m.status == RunStatus::done && m.predictions_epoch != -1 && m.predictions_epoch != epochs)
      throw file.damaged(fmt::format("run {} is done after epoch {}, and its predictions are of epoch {}", r,
                                     epochs, m.predictions_epoch));
    // Weights of a run that diverged are of the epoch that is not recorded any more.
    if (m.status == RunStatus::diverged && m.weights_epoch > file.recorded().next_after(m.epochs_done))
      throw file.damaged(fmt::format("run {} has diverged after epoch {}, and its weights are of epoch {}", r,
                                     m.epochs_done, m.weights_epoch));
  }
  return progress;
}

RunStatus status_of(const RunProgress& progress, int epochs, const layout::Parts& parts) {
  if (has_ended(progress.status)) return progress.status;
  if (progress.epochs_done == epochs && (!parts.weights || progress.weights_epoch == epochs) &&
      (!parts.predictions || progress.predictions_epoch == epochs))
    return RunStatus::done;
  return progress.epochs_done >= 0 ? RunStatus::running : progress.status;
}

bool is_complete(const RunProgress& progress, int epochs, int epochs_of_file, bool has_weights) {
  return has_ended(progress.status) || (progress.epochs_done >= epochs && epochs < epochs_of_file &&
                                        (!has_weights || progress.weights_epoch >= epochs));
}

}  // namespace runner
