#pragma once

#include "runner/report/statistics.hpp"
#include "runner/report/trust.hpp"
#include "runner/report/verdict.hpp"
#include "runner/results/results_data.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// One configuration (all axis values but the seed) of one file over its seeds.
///
/// Estimates are over the seeds that are done or stopped early, with finite losses. Where none is, they are
/// over all seeds that have not diverged (a sweep that is to have more epochs, or still runs). They are of
/// the last epoch that each of these seeds has: the last of the sweep where all are done. So all epochs are
/// means over the same networks; `measured` and `epochs` say which.
///
/// Epochs are chosen by the validation set where there is one, else by the test set: by its mean curves, not
/// as means of epochs. They are some that are recorded.
///
/// Intervals are those of an epoch, and leave out that the epoch was chosen. Where it was chosen by the test
/// set, that of best_test_accuracy holds the test accuracy of other seeds at that epoch in about 80 of 100
/// (3 to 10 seeds, networks that overfit), that of stopping_gain in about 92; of the last epoch it is 94.
struct ConfigurationSummary {
  RunSpec spec;           ///< of its first run; the seed has no meaning
  std::size_t file = 0;   ///< index in Comparison::files
  std::size_t seeds = 0;  ///< runs of this configuration in the file
  std::size_t done = 0;   ///< finished with finite losses
  std::size_t diverged = 0;
  std::size_t stopped = 0;  ///< stopped early

  std::size_t measured = 0;  ///< seeds that the numbers are over
  int epochs = 0;            ///< the epoch that the numbers are of

  // After that epoch. No numbers (NaN) where nothing is measured.
  PerMetric<Estimate> last;  ///< of each metric
  Estimate gap;              ///< train_accuracy − test_accuracy, seed by seed
  /// The gap is larger than its noise: than half its interval over the seeds, and than what other images
  /// would change, 1.96·√(p(1 − p)/N + q(1 − q)/M) for accuracies p on N training and q on M test images.
  bool gap_is_sure = false;

  int best_epoch = -1;     ///< the first where the mean chosen-by accuracy is largest; −1: nothing is done
  Estimate best_accuracy;  ///< that accuracy
  Estimate best_test_accuracy;  ///< test accuracy there

  Verdict verdict = Verdict::none;  ///< what the curves say, by the definition at runner::Verdict
  int overfits_from = -1;           ///< its epoch; −1 where the verdict is neither `overfits` nor `perhaps`
  /// The epoch to stop at: the middle of the epochs with the smallest loss, by the same definition; the last
  /// epoch where the network fits so far. −1: nothing is done.
  int stop_epoch = -1;
  /// Test accuracy gained by stopping at stop_epoch instead of the last, seed by seed.
  Estimate stopping_gain;

  bool validated = false;  ///< epochs are chosen by a validation set

  bool compared = false;        ///< it is one of Trust::compared
  bool told_from_best = false;  ///< it is not the best, more surely than by chance (runner::told_from_best)
  double work = 0;              ///< predicted for all epochs of the sweep, in multiply-adds

  /// Whether the verdict is one on overfitting: fits, perhaps or overfits.
  bool learned() const { return verdict >= Verdict::fits; }
};

/// What is compared with what: a file, or the files of a sweep's shards. Its texts are as runner::printable
/// shows them.
struct ComparedFile {
  std::string name;  ///< of the sweep; where several have the same, as much of the path as tells them apart
  std::string dataset;
  std::array<std::string, 4> checksums;                            ///< of the data set's files
  std::size_t train_size = 0, validation_size = 0, test_size = 0;  ///< images
  int epochs = 0;
  std::string fingerprint{};  ///< as shown_fingerprint() has it of the whole sweep; compare() leaves it empty
};

/// Train against test accuracy, a line for each configuration.
struct Comparison {
  std::vector<ComparedFile> files;
  int epochs = 0;          ///< of the longest
  bool validated = false;  ///< some file has a validation set, which was chosen by
  bool mixed = false;      ///< and some other has none
  std::size_t kept = 0;    ///< runs left out because their values have left the config (leave_out_kept)
  std::vector<ConfigurationSummary> configurations;  ///< in the files' order, or as sorted
  Trust trust;
  /// So many are shown, the first; all others count in what is said of them. 0: all.
  std::size_t top = 0;

  std::span<const ConfigurationSummary> shown() const;

  /// The set that the best configurations and epochs are chosen by: "validation" or "test"; "validation or
  /// test" where files differ.
  std::string_view chosen_by() const;

  /// The configurations that cannot be told from the best, ascending; it is none of them. None where best()
  /// is not compared.
  std::vector<std::size_t> like_the_best() const;

  /// Index of the configuration with the largest gap, the first such, of those that learned and whose gap is
  /// sure; none if there is no such. Those of which a seed has diverged only where there is no other.
  std::optional<std::size_t> widest_gap() const;
  /// The same of best_accuracy, of those that learned.
  std::optional<std::size_t> best() const;

  /// Where files differ in data set, sizes or epochs, what and how: "epochs: 10 in a, 20 in b".
  std::vector<std::string> differences() const;
};

/// "12 of 27 configurations were stopped early; their numbers are those of their last epoch"; empty where
/// none has a seed that was.
std::string stopped_note(const Comparison& comparison);

/// Takes out the runs whose values have left the config and returns how many these are. Whatever counts the
/// runs of a sweep calls it first.
std::size_t leave_out_kept(ResultsData& results);

/// "3 runs of earlier configs not counted"; empty for none.
std::string kept_note(std::size_t kept);

/// Takes away all epochs after the first so many, as if the sweep had been that long: runs that have those
/// that are recorded of these are done.
void keep_epochs(ResultsData& results, int epochs);

/// Files that are shards of one sweep become one: those of the same config, data and sizes that share no run
/// of it. The others stay as they are, in their order.
///
/// A config that changes may move runs to another shard; the shard that had one before keeps it. Such a run
/// is in the pooled file once, as far as it has come in either, and belongs to the sweep.
std::vector<ResultsData> pool_shards(std::vector<ResultsData> files);

/// What to call each file, as runner::printable shows it: the name of its sweep; where several have the same,
/// as much of the end of the path as tells them apart.
std::vector<std::string> names_of(std::span<const ResultsData> files);

/// Compares the configurations of files with each other.
Comparison compare(std::span<const ResultsData> files);
Comparison compare(const ResultsData& results);

/// Keeps the runs that fulfil all conditions (sweep/condition.hpp). Their names are the axes and the measured
/// columns of comparison_columns(). The parts joined by && that name axes alone choose runs; after that,
/// those that name measured columns choose configurations, measured over the runs that are left. Throws Error
/// (bad_input) for what is not a valid condition, and for a part that names the seed beside measured columns:
/// these have no seed.
void keep_where(ResultsData& results, std::span<const std::string> conditions);

/// The columns `sort` takes, and their names in CSV and JSON.
std::vector<std::string_view> comparison_columns();

/// Sorts by a column, numbers of merit in descending order (gap, accuracies), all else ascending; stable, NaN
/// last. By merit, configurations of which a seed has diverged come behind the others, and last those that
/// did not learn. Throws Error (bad_input) for an unknown column, naming those there are.
void sort(Comparison& comparison, std::string_view column);

/// How a table is to be shown.
struct TableStyle {
  std::size_t columns = 80;  ///< intervals and losses are left out where there is no room for them
  bool colour = false;       ///< ANSI colours, for what is marked otherwise, too
};

/// As a table to read, the first `top` configurations: axes that do not vary are named once above it, seeds
/// are counted where some are not done, a dash stands where an axis means nothing to a configuration, the
/// widest gap is marked (*) and the best configuration (+), and both are said in words below. 80 columns are
/// enough for three axes that vary. Those that cannot be told from the best are marked (~), and what `trust`
/// says is said below.
std::string to_table(const Comparison& comparison, const TableStyle& style = {});

/// As CSV (RFC 4180), a header line first, all columns, numbers with all digits; empty where there is no
/// number, or an axis means nothing to a configuration. `…_ci` is the half width of an interval. Texts are as
/// csv_field (csv.hpp) writes them.
std::string to_csv(const Comparison& comparison);

/// The same as JSON: {"chosen_by": "validation" or "test", "kept": …, "differences": […],
/// "fingerprints": [{"file": …, "fingerprint": …}, …], "trust": {…}, "configurations": [{column: value, …},
/// …]}; null where there is no number.
std::string to_json(const Comparison& comparison);

}  // namespace runner
