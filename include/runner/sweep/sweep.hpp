#pragma once

#include "runner/model/dataset_facts.hpp"
#include "runner/model/run_spec.hpp"
#include "runner/sweep/config.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace runner {

/// A run of a sweep and its identity.
struct Run {
  RunSpec spec;
  std::string digest;       ///< run_digest(spec, data), 32 hexadecimal digits
  std::int32_t index = -1;  ///< its place in the expanded sweep; −1: it is in no sweep
};

/// Everything a config describes, expanded: the runs of its spaces (runs_of); or a shard's share of these, in
/// that order.
struct Sweep {
  Config config;
  std::vector<Run> runs;
  /// Whether a new results file keeps the predictions for the test images. If the config does not say: yes if
  /// those of all runs take at most most_predictions_by_default bytes, or if those of a run take no more than
  /// its metrics and weights (then they are at most half of the file).
  bool save_predictions = false;
};

inline constexpr std::size_t most_predictions_by_default = 10'000'000;

/// Expands a config over a data set.
/// Throws Error (bad_input) for a batch larger than the training set.
Sweep expand(Config config, const DatasetFacts& data);

/// Groups `runs` runs into configurations, which differ only in the seed: the indices of the runs of each,
/// ordered by the first one. spec(i) is the specification of run i.
std::vector<std::vector<std::size_t>> configurations_among(
    std::size_t runs, const std::function<const RunSpec&(std::size_t place)>& spec);

/// The run's identity: the first 128 bits of the SHA-256 of its axis values, the checksums of the
/// decompressed data files, the training, validation and test size used, and the arithmetic version. It never
/// depends on epochs, names, threads, kernel or paths. An axis newer than the first layout of results files
/// is left out if the run has its default, so that a new axis changes no stored digest.
///
/// The hashed text has a line "key=value" for each of these, in the order of run_digest's source. Numbers
/// that are not integers are written as the 16 hexadecimal digits of their IEEE 754 bits.
std::string run_digest(const RunSpec& spec, const DatasetFacts& data);

}  // namespace runner
