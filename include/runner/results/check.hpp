#pragma once

#include "runner/files/replacement.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace runner {

/// A run whose stored numbers differ from those that were written.
struct DamagedRun {
  std::size_t row;
  std::int32_t index;     ///< in the sweep; −1: it is no longer in the sweep
  bool settings = false;  ///< its settings do not fit its digest; then nothing else of it is checked
  std::vector<int>
      epochs{};  ///< epochs with changed metrics, or at which it is said to have diverged but has not
  // Whether these differ:
  bool initial_weights = false;
  bool weights = false;  ///< the last weights, or their moments
  bool predictions = false;
};

/// "run 3: the metrics of epochs 7 and 8, the weights"; "row 12, of a run no longer in the sweep: …".
std::string description(const DamagedRun& damaged);

/// The outcome of a check.
struct FileCheck {
  int layout;          ///< of the file
  bool has_checksums;  ///< files of layouts before 7 have none: only their settings are checked
  bool has_weights;
  std::size_t runs;
  std::size_t epochs;  ///< recorded epochs, summed over the runs
  std::vector<DamagedRun> damaged;
};

/// Checks, without training, that a results file holds what was written into it:
///
/// - its structure, by its seal;
/// - the settings of each run, by its digest, if the file was made by this version of the arithmetic;
/// - metrics of each recorded epoch, the fact that a run diverged, weights with their moments, and
///   predictions, by their checksums.
///
/// Two changes are not noticed: a changed index of a run, if the order stays as it is; and changed wall times
/// and session times.
///
/// Takes no lock. Of a file that is being written, everything that is committed is checked. Takes about as
/// long as reading the file. Throws Error as read_results(), but accepts impossible metrics, which are
/// damage.
FileCheck check_results(const std::filesystem::path& file);

/// Resets damaged runs, so that the sweep trains them again. Settings are restored from the file's config;
/// whatever is still damaged is as if it had never been trained. Nothing else is changed. Returns the damage
/// that was found.
///
/// Holds the writer's lock. Throws Error. bad_input: as check_results(), or the file is held by a runner or
/// open for writing in another program; failure: any I/O error.
FileCheck drop_damaged(const std::filesystem::path& file, const Note& note = {});

}  // namespace runner
