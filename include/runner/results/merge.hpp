#pragma once

#include "runner/results/results_file.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace runner {

/// What a merged file holds.
struct Merged {
  std::size_t runs;                  ///< of the whole sweep
  std::vector<std::size_t> missing;  ///< indices of those that are neither done nor diverged, ascending
};

/// Puts the parts of one sweep, results files of its shards, together in one file, value for value that of a
/// sweep that was run in one place. A file `out` that is there is one of the parts; it is replaced, by
/// rename, at the end. `provenance`: its kernel and processor are not used, those of the parts are.
///
/// Needs no data set. Holds the writer's lock of `out`; parts are only read, and may lie where nothing can be
/// written; one that is being written is refused, one that is written to meanwhile is a failure. Throws
/// Error. bad_input: a file that cannot be read as by read_results, of which not all is what was written
/// (check.hpp), or that is held by a runner; parts of
/// different sweeps, data, sizes or versions of the arithmetic, or with numbers of different epochs, as where
/// evaluate_every is not the same (file and difference named); the same run with
/// different numbers in two of them; a run that is not the one its digest stands for. failure: any I/O error.
Merged merge_results(const std::filesystem::path& out, std::span<const std::filesystem::path> parts,
                     const Provenance& provenance, const Note& note = {});

}  // namespace runner
