#pragma once

#include "runner/model/dataset_facts.hpp"
#include "runner/sweep/sweep.hpp"

#include "array_writer.hpp"
#include "checkpoint.hpp"
#include "stored_file.hpp"

#include <filesystem>

/// How a sweep continues an existing file.
namespace runner {

/// The path to work with: absolute and free of links, so that two names of one file share one lock, and a
/// rename keeps the link. Throws Error (bad_input) if it is not a regular file.
std::filesystem::path path_to_work_with(const std::filesystem::path& file);

/// Whether the file has the rows and epochs of the sweep. If not, it must be replaced by a file that has
/// them. `prune`: the file may have no other rows. Throws Error (bad_input) if the sweep cannot continue the
/// file: other data or sizes, other settings of save_weights or save_predictions, or another version of the
/// arithmetic.
bool is_up_to_date(const StoredFile& stored, const Sweep& sweep, const DatasetFacts& data, bool prune);

/// The snapshots of a sweep's runs in the sidecar of a file.
Checkpoint read_checkpoint_of(const std::filesystem::path& file, const Sweep& sweep,
                              const DatasetFacts& data);

/// The epoch that a run continues from: the latest one, up to `last`, whose weights are in the file or in
/// `snapshot` (may be null), and before which every epoch of the file is recorded. 0 if there is none.
int epoch_to_go_on_from(const RunProgress& progress, const Snapshot* snapshot, const RecordedEpochs& in_file,
                        int last);

/// The snapshot of a run in a checkpoint; null if there is none.
const Snapshot* snapshot_of(const Checkpoint& checkpoint, const Run& run);

}  // namespace runner
