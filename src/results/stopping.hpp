#pragma once

#include "runner/sweep/sweep.hpp"

#include "array_writer.hpp"
#include "stored_file.hpp"

#include <span>
#include <vector>

namespace runner {

/// What the early-stopping rule of a sweep decides by the recorded numbers.
struct Stopping {
  std::vector<bool> stopped;  ///< for each run of the sweep, whether the rule ends it
  /// The epoch to which continuing runs are trained next: the next rung, or the sweep's last epoch.
  int next;
};

/// Whether a file has everything of a run up to an epoch: its numbers and, if weights are saved and the run
/// continues, the weights of this epoch or of a later one.
bool has_come_to(int epoch, const RunProgress& progress, bool saves_weights);

/// Whether the rule ends a run. `curve`: its metric after each epoch of `recorded` that it has. Only epochs
/// of `looked_at`, the epochs of the sweep, count.
bool is_stopped_by(const Patience& rule, const RecordedEpochs& looked_at, const RecordedEpochs& recorded,
                   std::span<const float> curve, const RunProgress& progress, bool saves_weights);

/// `progress`: of the sweep's runs, which are the first rows of the file.
///
/// If weights are saved, a run has reached an epoch only when its weights have, too. A run that is done or
/// has diverged stays so, whatever the rule says. A run that has more epochs than the rule allows keeps them.
Stopping stopping_of(const Config& config, std::span<const Run> runs, std::span<const RunProgress> progress,
                     const StoredFile& file);

/// The status that follows from a run's other marks, in a file with these epochs and parts, and from whether
/// the rule ends the run. The stored status may differ: the writer was killed before it wrote the status, or
/// it had another rule.
RunStatus settled_status(const RunProgress& progress, bool stopped, const Config& config,
                         const RecordedEpochs& of_file, const layout::Parts& parts);

}  // namespace runner
