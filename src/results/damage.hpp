#pragma once

#include "runner/results/check.hpp"

#include "stored_file.hpp"

#include <filesystem>
#include <vector>

namespace runner {

/// check_results() of a file that has been opened.
FileCheck check_stored(const StoredFile& file);

/// Makes sure that a file is what was written before it is written to or taken over. Throws Error
/// (bad_input), naming a run that is not, and what to do.
void require_undamaged(const std::filesystem::path& file);

}  // namespace runner
