#pragma once

#include "array_writer.hpp"
#include "stored_file.hpp"

#include <vector>

namespace runner {

/// How far each run of a file has come: stored_progress, checked. Throws Error (bad_input) if its marks
/// contradict each other.
///
/// A writer writes the epochs first, then how many there are, then the status. Marks are read in the opposite
/// order, so that they claim nothing that is not read afterwards. A power cut may keep some marks of a commit
/// and lose others, but the status comes last: only marks of ended runs can contradict each other.
std::vector<RunProgress> read_progress(const StoredFile& file);

/// The status that follows from a run's other marks, in a file with these parts whose last epoch is `epochs`.
/// The stored status may lag behind, because it is written last and the writer may have been killed before.
RunStatus status_of(const RunProgress& progress, int epochs, const layout::Parts& parts);

/// Whether a sweep has nothing left to train of a run: it has ended, or has reached the sweep's last epoch,
/// with its weights if these are saved. (Predictions are stored only when a run ends.)
bool is_complete(const RunProgress& progress, int epochs, int epochs_of_file, bool has_weights);

}  // namespace runner
