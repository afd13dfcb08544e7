#pragma once

#include "runner/results/check.hpp"

#include "array_writer.hpp"
#include "stored_file.hpp"

#include <filesystem>
#include <span>
#include <vector>

namespace runner {

/// The runs with numbers that the marks claim and whose checksums differ, by row. Their indices are not set.
std::vector<DamagedRun> damaged_by_checksums(const StoredFile& file, std::span<const RunProgress> progress);

/// check_results() of a file that has been opened.
FileCheck check_stored(const StoredFile& file);

/// Makes sure that a file is undamaged before it is written to or taken over. Throws Error (bad_input) that
/// names a damaged run, and what to do.
void require_undamaged(const std::filesystem::path& file);

}  // namespace runner
