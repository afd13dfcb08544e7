#pragma once

#include "runner/results/results_file.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

namespace runner {

/// The content of a merged file.
struct Merged {
  std::size_t runs;                  ///< of the whole sweep
  std::vector<std::size_t> missing;  ///< indices of the runs that are neither done nor diverged, ascending
};

/// Merges the parts of one sweep, results files of its shards, into one file. The result equals, value for
/// value, the file of a sweep that was run in one place. If the file `out` exists, it is one of the parts; it
/// is replaced, by a rename, at the end. Of `provenance`, kernel and processor are not used; those of the
/// parts are.
///
/// Needs no data set. Holds the writer's lock of `out`. Parts are only read, and may lie in a folder that
/// cannot be written. A part that is being written is refused; a part that is written to during the merge is
/// a failure.
///
/// Throws Error. bad_input: a file that read_results() refuses, that is damaged (check.hpp), or that is held
/// by a runner; parts of different sweeps, data, sizes or versions of the arithmetic, or with numbers of
/// different epochs, as when evaluate_every differs (file and difference named); the same run with different
/// numbers in two parts; a run that does not fit its digest. failure: any I/O error.
Merged merge_results(const std::filesystem::path& out, std::span<const std::filesystem::path> parts,
                     const Provenance& provenance, const Note& note = {});

}  // namespace runner
