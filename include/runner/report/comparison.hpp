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

/// One configuration (all axis values but the seed) of one file, over its seeds.
///
/// Estimates are over the seeds that are done or stopped early, with finite losses. If there is none (the
/// sweep still runs, or is to have more epochs), they are over all seeds that have not diverged. They are
/// taken after the last epoch that each of these seeds has, which is the last of the sweep if all are done.
/// So the means of all epochs are over the same networks; `measured` and `epochs` say how many seeds and
/// which epoch.
///
/// The best epoch and the epoch to stop at are recorded epochs. They are read off the mean curves of the
/// validation set if there is one, else of the test set.
///
/// Intervals do not include the choice of the epoch. If the test set chose it, the interval of
/// best_test_accuracy contains the test accuracy of other seeds at that epoch in about 80 of 100 cases (3 to
/// 10 seeds, networks that overfit), that of stopping_gain in about 92; the interval after the last epoch in
/// 94.
struct ConfigurationSummary {
  RunSpec spec;           ///< settings of its first run; ignore the seed
  std::size_t file = 0;   ///< index in Comparison::files
  std::size_t seeds = 0;  ///< runs of this configuration in the file
  std::size_t done = 0;   ///< finished with finite losses
  std::size_t diverged = 0;
  std::size_t stopped = 0;  ///< stopped early

  std::size_t measured = 0;  ///< number of seeds behind the estimates
  int epochs = 0;            ///< the epoch of the estimates

  // After this epoch; NaN if nothing is measured.
  PerMetric<Estimate> last;  ///< for each metric
  Estimate gap;              ///< train_accuracy − test_accuracy, seed by seed
  /// Whether the gap is larger than its noise: larger than half its interval over the seeds, and larger than
  /// the change by other images, 1.96·√(p(1 − p)/N + q(1 − q)/M) for accuracies p on N training and q on M
  /// test images.
  bool gap_is_sure = false;

  int best_epoch =
      -1;  ///< the first epoch with the largest mean accuracy (validation, else test); −1: no seed is done
  Estimate best_accuracy;       ///< this accuracy
  Estimate best_test_accuracy;  ///< test accuracy after best_epoch

  Verdict verdict = Verdict::none;  ///< as runner::Verdict defines it
  int overfits_from = -1;           ///< the epoch; −1 if the verdict is neither `overfits` nor `perhaps`
  /// The epoch to stop at: the middle of the window with the smallest loss, as runner::Verdict defines it;
  /// the last epoch if the network fits so far. −1: no seed is done.
  int stop_epoch = -1;
  /// Test accuracy after stop_epoch minus test accuracy after the last epoch, seed by seed.
  Estimate stopping_gain;

  bool validated = false;  ///< epochs are chosen by a validation set

  bool compared = false;        ///< it is one of Trust::compared
  bool told_from_best = false;  ///< worse than another by more than chance (runner::told_from_best)
  /// It may be as good as the best, and more than Settlement::most_worth further seeds would not tell it from
  /// the best.
  bool too_close = false;
  double work = 0;  ///< predicted work of all epochs of the sweep, in multiply-adds

  /// Whether the verdict is fits, perhaps or overfits.
  bool learned() const { return verdict >= Verdict::fits; }
};

/// A file, or the files of a sweep's shards, in a comparison. Texts are as runner::printable makes them.
struct ComparedFile {
  std::string name;  ///< of the sweep; if several are equal, with as much of the path as distinguishes them
  std::string dataset;
  std::array<std::string, 4> checksums;                            ///< of the data set's files
  std::size_t train_size = 0, validation_size = 0, test_size = 0;  ///< images
  int epochs = 0;
  std::string fingerprint{};  ///< shown_fingerprint() of the whole sweep; compare() leaves it empty
};

/// Training and test accuracy of each configuration.
struct Comparison {
  std::vector<ComparedFile> files;
  int epochs = 0;          ///< of the longest sweep
  bool validated = false;  ///< some file has a validation set
  bool mixed = false;      ///< and some file has none
  std::size_t kept = 0;    ///< runs left out because their values have left the config (leave_out_kept)
  std::vector<ConfigurationSummary> configurations;  ///< in the files' order, or as sorted
  Trust trust;
  /// How many configurations are shown; statements are about all of them. 0: show all.
  std::size_t top = 0;

  std::span<const ConfigurationSummary> shown() const;

  /// The set that the best configurations and epochs are chosen by: "validation" or "test"; "validation or
  /// test" if files differ.
  std::string_view chosen_by() const;

  /// Indices of the configurations that may be as good as the best, without the best itself, ascending. Empty
  /// if best() is not compared.
  std::vector<std::size_t> like_the_best() const;

  /// Index of the first configuration with the largest gap, among those that learned and have gap_is_sure.
  /// Configurations with a diverged seed count only if there is no other. Nothing if there is none.
  std::optional<std::size_t> widest_gap() const;
  /// Index of the first configuration with the largest best_accuracy, among those that learned, by the same
  /// rules.
  std::optional<std::size_t> best() const;

  /// The differences of files in data set, sizes or epochs: "epochs: 10 in a, 20 in b".
  std::vector<std::string> differences() const;
};

/// "12 of 27 configurations were stopped early; their numbers are those of their last epoch"; empty if none
/// was.
std::string stopped_note(const Comparison& comparison);

/// Removes the runs whose values have left the config, and returns how many. Call it before counting the runs
/// of a sweep.
std::size_t leave_out_kept(ResultsData& results);

/// "3 runs of earlier configs not counted"; empty for 0.
std::string kept_note(std::size_t kept);

/// Removes all epochs after `epochs`, as if the sweep had been that long. Runs that have all remaining
/// recorded epochs are done.
void keep_epochs(ResultsData& results, int epochs);

/// Combines files that are shards of one sweep: files of the same config, data and sizes that share no run of
/// the sweep. The others stay as they are, in their order.
///
/// If the config changes, a run may move to another shard, while the shard that had it before keeps it. The
/// combined file has such a run once, from the file in which it has come further, and it belongs to the
/// sweep.
std::vector<ResultsData> pool_shards(std::vector<ResultsData> files);

/// A name for each file, as runner::printable makes it: the name of its sweep; if several are equal, as much
/// of the end of the path as distinguishes them.
std::vector<std::string> names_of(std::span<const ResultsData> files);

/// Compares the configurations of files with each other.
Comparison compare(std::span<const ResultsData> files);
Comparison compare(const ResultsData& results);

/// Keeps the runs that fulfil all conditions (sweep/condition.hpp). Names are the axes and the measured
/// columns of comparison_columns(). First, the parts joined by && that name only axes choose runs. Then the
/// parts that name measured columns choose configurations, measured over the remaining runs. Throws Error
/// (bad_input) for an invalid condition, and for a part that names both the seed and a measured column: a
/// configuration has no seed.
void keep_where(ResultsData& results, std::span<const std::string> conditions);

/// The columns that `sort` accepts; their names are those of CSV and JSON.
std::vector<std::string_view> comparison_columns();

/// Sorts by a column: gap and accuracies descending, all others ascending; stable, NaN last. By gap or
/// accuracy, configurations with a diverged seed come after the others, and those that did not learn come
/// last. Throws Error (bad_input) for an unknown column, naming the known ones.
void sort(Comparison& comparison, std::string_view column);

/// How to show a table.
struct TableStyle {
  std::size_t columns = 80;  ///< losses and intervals are left out if there is no room
  bool colour = false;       ///< ANSI colours, in addition to the marks
};

/// As a table to read, the first `top` configurations. Axes that do not vary are listed once above it. Seeds
/// are counted if some are not done. A dash stands for an axis that does not apply to a configuration. Marks:
/// * for the widest gap, + for the best, ~ for those that may be as good. Sentences below the table say the
/// same, and what `trust` says. 80 columns are enough for three axes that vary.
std::string to_table(const Comparison& comparison, const TableStyle& style = {});

/// As CSV (RFC 4180): a header line, then all columns, numbers with all digits. A field is empty if there is
/// no number, or if the axis does not apply to the configuration. `…_ci` is the half width of an interval.
/// Texts are written by csv_field (csv.hpp).
std::string to_csv(const Comparison& comparison);

/// As JSON: {"chosen_by": "validation" or "test", "kept": …, "differences": […], "fingerprints": [{"file": …,
/// "fingerprint": …}, …], "trust": {…}, "configurations": [{column: value, …}, …]}; null: no number.
std::string to_json(const Comparison& comparison);

}  // namespace runner
