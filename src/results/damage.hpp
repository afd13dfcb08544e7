#pragma once

#include "runner/results/check.hpp"

#include "array_writer.hpp"
#include "stored_file.hpp"

#include <filesystem>
#include <span>
#include <vector>

namespace runner {

/// The runs of which what these marks speak of has other checksums, by row; their indices are not looked up.
std::vector<DamagedRun> damaged_by_checksums(const StoredFile& file, std::span<const RunProgress> progress);

/// check_results() of a file that has been opened.
FileCheck check_stored(const StoredFile& file);

/// Makes sure that a file is what was written before it is written to or taken over. Throws Error
/// (bad_input), naming a run that is not, and what to do.
void require_undamaged(const std::filesystem::path& file);

}  // namespace runner
