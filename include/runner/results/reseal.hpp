#pragma once

#include "runner/files/replacement.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace runner {

/// A results file compared with its seal.
struct SealCheck {
  bool unchanged;  ///< structure and texts are as they were when the file was sealed
  /// What another program has added: "the attribute note of train_loss", "the variable
  /// mean".
  std::vector<std::string> additions;
};

/// Compares a results file with its seal. If the structure has been changed, checks that the file can be used
/// as it is: the arrays lie where they were made, and have the right types and shapes; read_results() accepts
/// the numbers; the config can be read; each run fits its digest, if the file was made by this version of the
/// arithmetic. It does not notice a text that was replaced by another.
///
/// HDF5 may crash on a damaged file, or never return: try it in a separate process first. Throws Error as
/// read_results().
SealCheck check_seal(const std::filesystem::path& file);

/// The same, under the writer's lock; then seals the file as it is now, unless it is unchanged. Only the seal
/// is written.
///
/// Throws Error. bad_input: as check_seal(), or another runner or another program has the file open for
/// writing; failure: any I/O error.
SealCheck reseal(const std::filesystem::path& file, const Note& note = {});

}  // namespace runner
