#pragma once

#include "runner/results/results_data.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// One configuration (all axis values but the seed) over its seeds.
///
/// Means are taken epoch by epoch over the seeds that are done: all epochs trained, with finite losses. A
/// seed that is pending, running or diverged has no part in any of them, whatever epochs it has recorded, so
/// that all epochs are means over the same networks; `done` and `diverged` beside `seeds` say how many are
/// meant. Best and turning epoch are those of the mean curves, not means of epochs.
struct ConfigurationSummary {
  RunSpec spec;           ///< of its first run; the seed has no meaning
  std::size_t seeds = 0;  ///< runs of this configuration in the file
  std::size_t done = 0;   ///< finished with finite losses
  std::size_t diverged = 0;
  // The following are NaN where done = 0.
  double train_accuracy = 0;      ///< at the last epoch
  double test_accuracy = 0;       ///< at the last epoch
  double gap = 0;                 ///< train_accuracy − test_accuracy
  double best_test_accuracy = 0;  ///< maximum over epochs of the mean test accuracy
  int best_epoch = -1;            ///< the first epoch where that is reached
  /// The epoch of the smallest mean test loss (the last such), if it is not the last of all: from there on
  /// test loss rose. −1 where it did not turn.
  int turned_epoch = -1;
};

/// Train against test accuracy, a line for each configuration.
struct Comparison {
  std::string name;
  int epochs = 0;
  std::vector<ConfigurationSummary> configurations;  ///< in the file's order, or as sorted
  std::optional<std::size_t> widest_gap;  ///< index of the largest, the first such; none if nothing is done
};

Comparison compare(const ResultsData& results);

/// The columns `sort` takes, and their names in CSV.
std::vector<std::string_view> comparison_columns();

/// Sorts by a column, numbers of merit in descending order (gap, accuracies), others ascending; stable, NaN
/// last. Throws Error (bad_input) for an unknown column, naming those there are.
void sort(Comparison& comparison, std::string_view column);

/// As a table to read, in ASCII: axes that do not vary are named once above it, seeds are counted where some
/// are not done, the widest gap is marked and said in words below. 80 columns are enough for three axes that
/// vary.
std::string to_table(const Comparison& comparison);

/// As CSV (RFC 4180), a header line first, all columns, numbers with all digits; empty where there is no
/// number.
std::string to_csv(const Comparison& comparison);

}  // namespace runner
