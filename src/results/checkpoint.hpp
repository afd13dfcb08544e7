#pragma once

#include "runner/files/replacement.hpp"
#include "runner/model/weights.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>

/// The sidecar of a results file: the states of the runs that were in training when a sweep was stopped.
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

/// Snapshots by the digests of their runs. A digest covers everything that a run's numbers depend on, so a
/// snapshot is never wrong, however old it is.
using Checkpoint = std::map<std::string, Snapshot>;

/// `file` + ".checkpoint".
std::filesystem::path checkpoint_path(const std::filesystem::path& file);

/// Reads the snapshots of `runs`, which has their digests; the file may hold others. Takes no more memory
/// than their states, however long the file is. Empty if there is no such file. Throws Error: bad_input if it
/// is not a regular file, is damaged or of another format, or has a state of another shape for one of the
/// runs; failure if it cannot be read.
Checkpoint read_checkpoint(const std::filesystem::path& path,
                           const std::map<std::string, SnapshotShape>& runs);

/// Makes the file in place of an older one, whole and synced; a new one has the permissions of the results
/// file `of`, if that is given. Removes it if there is nothing to keep. Throws Error (failure).
void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint,
                      const std::filesystem::path& of = {}, const Note& note = {});

}  // namespace runner
