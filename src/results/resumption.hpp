#pragma once

#include "runner/model/dataset_facts.hpp"
#include "runner/sweep/sweep.hpp"

#include "array_writer.hpp"
#include "checkpoint.hpp"
#include "stored_file.hpp"

#include <filesystem>

/// How a sweep goes on with a file that is there.
namespace runner {

/// The path to work with: absolute and free of links, so that two names of one file share one lock and a
/// rename keeps the link. Throws Error (bad_input) for what is no regular file.
std::filesystem::path path_to_work_with(const std::filesystem::path& file);

/// Whether the file's rows and epochs are those of the sweep as it is now; otherwise it has to be replaced by
/// one that has places for all. `prune`: it may have no other rows. Throws Error (bad_input) where the sweep
/// cannot go on with it: it is of other data or other sizes of it, saves other weights, or is of another
/// version of the arithmetic.
bool is_up_to_date(const StoredFile& stored, const Sweep& sweep, const DatasetFacts& data, bool prune);

/// What the sidecar of a file holds of the runs of a sweep.
Checkpoint read_checkpoint_of(const std::filesystem::path& file, const Sweep& sweep,
                              const DatasetFacts& data);

/// The epoch that a run goes on from: 0, or a later one up to `last` of which there are weights, in the file
/// or in `snapshot` (null: in none), and which has no unrecorded epoch of the file before it.
int epoch_to_go_on_from(const RunProgress& progress, const Snapshot* snapshot, const RecordedEpochs& in_file,
                        int last);

/// Of a checkpoint, the state of one run; null where it has none.
const Snapshot* snapshot_of(const Checkpoint& checkpoint, const Run& run);

}  // namespace runner
