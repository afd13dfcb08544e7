#pragma once

#include "runner/sweep/sweep.hpp"

#include "array_writer.hpp"
#include "stored_file.hpp"

#include <span>
#include <vector>

namespace runner {

/// What the early stopping of a sweep makes of the numbers on file.
struct Stopping {
  std::vector<bool> stopped;  ///< of each run of the sweep: the rule ends it
  /// The runs that go on are to be trained to here: the next rung, or the sweep's last epoch.
  int next;
};

/// Whether a file has what is to be kept of a run up to an epoch: its numbers, and, where weights are saved
/// and it goes on, those of the epoch or a later one.
bool has_come_to(int epoch, const RunProgress& progress, bool saves_weights);

/// Whether the rule ends a run by its curve, which has a number for each of the epochs `recorded` that it
/// has. Only epochs of `looked_at` count, those of the sweep.
bool is_stopped_by(const Patience& rule, const RecordedEpochs& looked_at, const RecordedEpochs& recorded,
                   std::span<const float> curve, const RunProgress& progress, bool saves_weights);

/// `progress`: of the sweep's runs, which are the first rows of the file.
///
/// A run with final weights to be saved has come to an epoch when its weights have, too. A run that is done
/// or has diverged stays so, whatever the rule says. One that has more epochs than the rule allows for keeps
/// them.
Stopping stopping_of(const Config& config, std::span<const Run> runs, std::span<const RunProgress> progress,
                     const StoredFile& file);

/// The status of a run that follows from its other marks in a file with the epochs `of_file` and such parts,
/// and from whether the rule ends it there: of a writer that ended before it could put it down, or had
/// another rule.
RunStatus settled_status(const RunProgress& progress, bool stopped, const Config& config,
                         const RecordedEpochs& of_file, const layout::Parts& parts);

}  // namespace runner
