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
  std::int32_t index = -1;  ///< its place in the expanded sweep; −1: it is in none
};

/// Everything a config describes, expanded: the runs of its spaces (runs_of); or a shard's share of these, in
/// that order.
struct Sweep {
  Config config;
  std::vector<Run> runs;
  /// A new results file keeps what the runs predict for the test images: as the config says; where it does
  /// not say, if the predictions of all runs are at most most_predictions_by_default bytes, or those of a run
  /// are no more than its metrics and weights, so that they are at most half of the file.
  bool save_predictions = false;
};

inline constexpr std::size_t most_predictions_by_default = 10'000'000;

/// Expands a config over a data set.
/// Throws Error (bad_input) for a batch larger than the training set.
Sweep expand(Config config, const DatasetFacts& data);

/// The configurations among so many runs: the places of those that are equal in all but the seed, in the
/// order of the first of each. `spec` gives the specification of the run at a place.
std::vector<std::vector<std::size_t>> configurations_among(
    std::size_t runs, const std::function<const RunSpec&(std::size_t place)>& spec);

/// The run's identity: the first 128 bits of the SHA-256 of its axis values, the checksums of the
/// decompressed data files, the training, validation and test size used, and the arithmetic version. Never
/// epochs, names, threads, kernel or paths. An axis that came after the first layout of results files is left
/// out where the run has its default: so a new axis changes no digest that is on file.
///
/// The text that is hashed is a line "key=value" for each, in the order of run_digest's source; numbers that
/// are not integers stand as the 16 hexadecimal digits of their IEEE 754 bits.
std::string run_digest(const RunSpec& spec, const DatasetFacts& data);

}  // namespace runner
