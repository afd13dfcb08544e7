#pragma once

#include "runner/files/replacement.hpp"
#include "runner/model/weights.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>

/// The sidecar of a results file: where a sweep that was stopped had come with the runs in flight.
namespace runner {

/// A run after some epochs.
struct Snapshot {
  int epoch;
  TrainingState state;
};

/// How much of a state there is of a run.
struct SnapshotShape {
  NetworkShape network;
  std::size_t moments;
};

/// Runs by their digests. As the digest is of all that a run's numbers depend on, a snapshot is never wrong,
/// however old it is.
using Checkpoint = std::map<std::string, Snapshot>;

/// `file` + ".checkpoint".
std::filesystem::path checkpoint_path(const std::filesystem::path& file);

/// What the file holds of the runs in `runs`, by their digests; it may hold others. Takes no more memory than
/// their states, however long the file is. Empty where there is no such file. Throws Error: bad_input if it
/// is no regular file, damaged, of another format, or has a state of another shape for one of the runs;
/// failure if it cannot be read.
Checkpoint read_checkpoint(const std::filesystem::path& path,
                           const std::map<std::string, SnapshotShape>& runs);

/// Makes the file in place of an older one, whole and synced; a new one has the permissions of the results
/// file `of`, if that is given. Removes it if there is nothing to keep. Throws Error (failure).
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint,
                      const std::filesystem::path& of = {}, const Note& note = {});

}  // namespace runner
