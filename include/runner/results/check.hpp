#pragma once

#include "runner/files/replacement.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace runner {

/// A run that is not in a results file as it was written.
struct DamagedRun {
  std::size_t row;
  std::int32_t index;         ///< in the sweep; −1: it is no longer in it
  bool settings = false;      ///< it is not the run that its digest stands for; no more is known of it then
  std::vector<int> epochs{};  ///< whose metrics are not, or that it is said to have diverged at and has not
  // These are not:
  bool initial_weights = false;
  bool weights = false;  ///< its last ones, or their moments
  bool predictions = false;
};

/// "run 3: the metrics of epochs 7 and 8, the weights"; "row 12, of a run no longer in the sweep: …".
std::string description(const DamagedRun& damaged);

/// What came of a check.
struct FileCheck {
  int layout;          ///< of the file
  bool has_checksums;  ///< files of layouts before 7 have none: only their settings are checked
  bool has_weights;
  std::size_t runs;
  std::size_t epochs;  ///< recorded, of all runs together
  std::vector<DamagedRun> damaged;
};

/// Looks whether a results file holds what was written into it, without training: its structure by its seal;
/// of each run its settings by its digest, if the file was made by this version of the arithmetic; its
/// metrics after each recorded epoch, that it diverged, its weights with their moments and its predictions by
/// their checksums. Not noticed: a changed index of a run in the sweep that leaves the order as it is, and
/// other wall times and session times.
///
/// Takes no lock: a file that is being written is checked as far as it is committed. Takes about as long as
/// it takes to read the file. Throws Error as read_results, but accepts impossible metrics: they are damage.
FileCheck check_results(const std::filesystem::path& file);

/// Takes what is damaged out of a file, so that the sweep trains it again: settings are those that the file's
/// config says, and whatever is damaged then is as if it had never been trained. Nothing else is changed.
/// Returns what was found before. Holds the writer's lock. Throws Error. bad_input: as check_results(), the
/// file is held by a runner or open for writing in another program; failure: any I/O error.
FileCheck drop_damaged(const std::filesystem::path& file, const Note& note = {});

}  // namespace runner
