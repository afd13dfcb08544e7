#pragma once

#include "runner/results/results_data.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace runner {

/// The fingerprint of a sweep: a SHA-256, as 64 lower-case hexadecimal digits. It is equal for equal numbers
/// of equal runs, whatever machine, order, number of shards or interruptions. It is computed over the runs of
/// the sweep, in ascending order of their digests. For each run it takes
///
///   - the 32 characters of its digest;
///   - for each recorded epoch up to epochs_done, in ascending order: its number as int32, then as float32
///     its train_loss, train_accuracy, test_loss, test_accuracy, validation_loss, validation_accuracy and
///     clean_train_accuracy. Metrics that the file does not have, or that are NaN, are left out.
///
/// Integers and floats are little-endian. Metrics that layouts after 7 may add are left out, so that a
/// fingerprint never changes. Weights, names, paths, times, processors, and runs that are no longer in the
/// sweep are left out, too. results/README.md has the formula as a program in Python.
///
/// Nothing if a run of the sweep has not ended, or if the sweep has no run.
std::optional<std::string> fingerprint_of(const ResultsData& results);

/// The first 16 digits, as they are shown to users; empty if there is no fingerprint.
std::string shown_fingerprint(const ResultsData& results);

/// Whether a text is the beginning of a fingerprint: 8 to 64 lower-case hexadecimal digits.
bool is_fingerprint(std::string_view text);

}  // namespace runner
