#pragma once

#include "runner/results/results_data.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace runner {

/// The fingerprint of a sweep: equal for equal numbers of equal runs, wherever, however often interrupted, in
/// whatever order and in how many shards they were trained. It is the SHA-256, as 64 lower-case hexadecimal
/// digits, over the runs of the sweep in ascending order of their digests; of each run
///
///   - the 32 characters of its digest;
///   - for each recorded epoch up to epochs_done, in ascending order: its number as int32, and as float32
///     its train_loss, train_accuracy, test_loss, test_accuracy, validation_loss, validation_accuracy and
///     clean_train_accuracy, without those that the file does not have or that are NaN.
///
/// Integers and floats are little-endian. Metrics that layouts after 7 may have are not in it, so that a
/// fingerprint stays what it is. Neither are weights, names, paths, times, processors, nor runs that are no
/// longer in the sweep. results/README.md has the formula as a program in Python.
///
/// Nothing while a run of the sweep has not ended, or where there is none.
std::optional<std::string> fingerprint_of(const ResultsData& results);

/// Its first 16 digits, which are what is shown of it; empty where there is none.
std::string shown_fingerprint(const ResultsData& results);

/// Whether a text is the beginning of a fingerprint: 8 to 64 lower-case hexadecimal digits.
bool is_fingerprint(std::string_view text);

}  // namespace runner
