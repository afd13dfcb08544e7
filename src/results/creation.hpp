#pragma once

#include "runner/error/error.hpp"
#include "runner/files/replacement.hpp"
#include "runner/model/recorded_epochs.hpp"
#include "runner/results/results_data.hpp"
#include "runner/results/results_file.hpp"

#include "array_writer.hpp"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace runner {

/// Whether the work is to be given up. May be empty.
struct Stop {
  const std::atomic<bool>* requested = nullptr;

  /// Throws Error (stopped).
  void throw_if_requested() const {
    if (requested != nullptr && requested->load()) throw stopped("stopped");
  }
};

/// What arrays hold from the beginning, by their names: the bytes as they lie in the file.
using Columns = std::map<std::string, std::string>;

/// Those that say which runs there are: their digests, their places in the sweep and their settings.
Columns columns_of_runs(std::span<const Run> rows);

/// How a results file is made.
struct Creation {
  bool prune = false;  ///< without the runs of earlier files that are not of the sweep
  /// Epochs that it is to have; without them those that the sweep's config asks for.
  std::optional<RecordedEpochs> epochs{};
  Stop stop{};
  Note note{};
};

/// What a file that create_results makes of the same arguments will hold.
struct NewFile {
  RecordedEpochs epochs;
  layout::Parts parts;
  std::vector<RunProgress> progress;         ///< of each row: those of the sweep first, in its order
  std::vector<const StoredRun*> taken_over;  ///< what each row is made of; null: it is new
  std::uint64_t bytes;  ///< its size, about; the largest number there is if that is too many to count
};

NewFile file_to_make(const Sweep& sweep, const DatasetFacts& data, std::span<const ResultsData> earlier,
                     const Creation& how);

/// Makes the results file of a sweep and replaces a file of that name, as replace_file does.
///
/// Its epochs are those that it is to have, and all that the earlier files have. What earlier
/// files hold is taken over: each run that is also of this sweep goes to its row, the others
/// (unless they are to be pruned) to rows of their own behind those of the sweep. Where several files have
/// the same run, the one with the most epochs is taken. A run that was done, but is to have more epochs now,
/// is running again; and so is one whose file lacks an epoch that the new one has before its last: what it
/// has before that epoch is taken over, and what comes after it is left to be trained again, which gives the
/// same numbers. Before the new file gets the name it is read back, and all that it took over compared.
/// What another program has put into the earlier files is not taken over: `note` hears what that is.
///
/// Only for the holder of the file's lock. Throws Error. failure: too little free space, any I/O error, an
/// earlier file that was written to meanwhile; stopped: it was asked to.
void create_results(const std::filesystem::path& file, const Sweep& sweep, const DatasetFacts& data,
                    const Provenance& provenance, std::span<const ResultsData> earlier = {},
                    const Creation& how = {});

}  // namespace runner
