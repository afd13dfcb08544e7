#pragma once

#include "runner/files/replacement.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace runner {

/// How a results file stands to its seal.
struct SealCheck {
  bool unchanged;  ///< its structure and texts are what they were when it was sealed
  /// What is in it that this program has not written: "the attribute note of train_loss", "the variable
  /// mean".
  std::vector<std::string> additions;
};

/// Compares a results file with its seal. Where its structure has been changed, makes sure that it can be
/// used as it is: its arrays lie where they were made, and are of the right type and shape; its numbers are
/// accepted by read_results(); its config can be read; each run is the one that its digest stands for, if the
/// file was made by this version of the arithmetic. A text that was replaced by another is not noticed.
///
/// HDF5 may crash on a damaged file, or never come back: call it in a process of its own first. Throws Error
/// as read_results().
SealCheck check_seal(const std::filesystem::path& file);

/// The same, under the writer's lock; then seals the file as it is now, unless it is unchanged. The seal is
/// written in its place, all else stays as it is.
///
/// Throws Error. bad_input: as check_seal(), and where another runner or another program has the file open
/// for writing; failure: any I/O error.
SealCheck reseal(const std::filesystem::path& file, const Note& note = {});

}  // namespace runner
