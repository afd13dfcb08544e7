#include "stored_marks.hpp"

#include "runner/error/error.hpp"

#include <cmath>

#include <fmt/format.h>

namespace runner {

std::vector<Marks> read_marks(const StoredFile& file) {
  const int epochs = static_cast<int>(file.extent(layout::epoch)) - 1;
  std::vector<Marks> marks = stored_marks(file);
  for (std::size_t r = 0; r < marks.size(); ++r) {
    const Marks& m = marks[r];
    if (!std::isfinite(m.wall_time) || m.wall_time < 0)
      throw file.damaged(fmt::format("the wall_time of run {} is {}", r, m.wall_time));
    if (m.status == RunStatus::done && m.epochs_done != epochs)
      throw file.damaged(fmt::format("run {} is done after {} of {} epochs", r, m.epochs_done, epochs));
    if (m.status == RunStatus::diverged && m.epochs_done >= epochs)
      throw file.damaged(fmt::format("run {} has diverged after all of its {} epochs", r, epochs));
    // Weights of a run that diverged are of the epoch that is not recorded any more.
    if (m.status == RunStatus::diverged && m.weights_epoch > m.epochs_done + 1)
      throw file.damaged(fmt::format("run {} has diverged after epoch {}, and its weights are of epoch {}", r,
                                     m.epochs_done, m.weights_epoch));
  }
  return marks;
}

RunStatus status_of(const Marks& marks, int epochs, bool has_weights) {
  if (has_ended(marks.status)) return marks.status;
  if (marks.epochs_done == epochs && (!has_weights || marks.weights_epoch == epochs)) return RunStatus::done;
  return marks.epochs_done >= 0 ? RunStatus::running : marks.status;
}

}  // namespace runner
