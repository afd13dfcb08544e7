#pragma once

#include "array_writer.hpp"
#include "stored_file.hpp"

#include <vector>

namespace runner {

/// How far each run of a file has come: stored_progress, checked. Throws Error (bad_input) where its marks
/// contradict each other.
///
/// A writer puts down epochs first, then how many there are, then the status. Marks are read in the
/// opposite order, so that nothing is claimed that has not been seen. A power cut may leave any part of the
/// marks of one commit without its status: only the marks of runs that have ended can contradict each other.
std::vector<RunProgress> read_progress(const StoredFile& file);

/// The status that follows from the other marks of a run in a file of such parts whose last epoch is
/// `epochs`. The status is written last: a writer that ended before, or a bit that is another, leaves one
/// that says less.
RunStatus status_of(const RunProgress& progress, int epochs, const layout::Parts& parts);

/// Whether the file holds all of a run that a sweep wants of it: it has ended, or has come to the sweep's
/// last epoch, with its weights if these are saved. (Predictions come with the end of a run alone.)
bool is_complete(const RunProgress& progress, int epochs, int epochs_of_file, bool has_weights);

}  // namespace runner
