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

/// Asks whether to give up. May be empty.
struct Stop {
  const std::atomic<bool>* requested = nullptr;

  /// Throws Error (stopped).
  void throw_if_requested() const {
    if (requested != nullptr && requested->load()) throw stopped("stopped");
  }
};

/// What arrays hold from the beginning, by their names: the bytes as they lie in the file.
using Columns = std::map<std::string, std::string>;

/// The columns that say which runs there are: their digests, their indices in the sweep, and their settings.
Columns columns_of_runs(std::span<const Run> rows);

/// How a results file is made.
struct Creation {
  bool prune = false;  ///< without the runs of earlier files that are not of the sweep
  /// The epochs to record; if not set, those of the sweep's config.
  std::optional<RecordedEpochs> epochs{};
  Stop stop{};
  Note note{};
};

/// What a file will hold that create_results makes of the same arguments.
struct NewFile {
  RecordedEpochs epochs;
  layout::Parts parts;
  std::vector<RunProgress> progress;         ///< of each row: those of the sweep first, in its order
  std::vector<const StoredRun*> taken_over;  ///< the earlier run that each row is taken from; null: it is new
  std::uint64_t bytes;  ///< its approximate size; the largest std::uint64_t if it is larger
};

NewFile file_to_make(const Sweep& sweep, const DatasetFacts& data, std::span<const ResultsData> earlier,
                     const Creation& how);

/// Makes the results file of a sweep and replaces a file of that name, as replace_file does.
///
/// The new file has the epochs that are asked for and all epochs of the earlier files. It takes over what
/// earlier files hold. Runs of this sweep get their rows; the others, unless they are pruned, get rows of
/// their own after those of the sweep. If several files have the same run, the one with the most epochs is
/// taken. A run that was done, but gets more epochs now, is running again. So is a run whose file lacks an
/// epoch that the new file has before the run's last one: its epochs before the gap are taken over, those
/// after it are trained again, with the same result. Before the new file gets the name, it is read back, and
/// everything that it took over is compared. What other programs have added to the earlier files is not taken
/// over; `note` receives what that is.
///
/// Call it only while holding the file's lock. Throws Error. failure: too little free space, any I/O error,
/// an earlier file was written to meanwhile; stopped: `stop` asked for it.
void create_results(const std::filesystem::path& file, const Sweep& sweep, const DatasetFacts& data,
                    const Provenance& provenance, std::span<const ResultsData> earlier = {},
                    const Creation& how = {});

}  // namespace runner
