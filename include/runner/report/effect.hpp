#pragma once

#include "runner/report/comparison.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// The effect of one value of an axis, all else equal.
struct EffectOfValue {
  std::string value;
  Estimate train_accuracy, test_accuracy, gap;  ///< after the last epoch; an observation is a seed
  Estimate train_change, test_change,
      gap_change;  ///< against the first value; intervals hold for all values together

  // If this is a bin of values:
  std::size_t samples = 0;     ///< samples in the bin; 0: this is a single value
  double least = 0, most = 0;  ///< the smallest and the largest value in the bin
};

/// The effect of one axis, with the other axes and the seed kept the same.
///
/// The units of chance are seeds, not runs: runs of one seed share their initial weights and their batches.
/// Let there be S settings of the other axes and n seeds.
///
/// 1. An observation y(v, s) is the mean over the settings of the number measured with value v and seed s.
/// 2. The change of value v is d(v, s) = y(v, s) − y(first, s).
/// 3. Its interval is mean(d) ± t·sd(d)/√n over the seeds. t is the quantile (1 + 0.95^(1/m))/2 of Student's
///    distribution with n − 1 degrees of freedom, so that the intervals of all m changes together hold the
///    truth in 95 of 100 cases (Šidák 1967; exact for independent changes, and wide enough for these, which
///    share the first value).
///
/// Assumes that d is about normal over the seeds. With fewer than three seeds there is no interval.
struct Effect {
  std::string name;  ///< of the sweep; distinguishes several files (names_of); printable
  std::string axis;
  /// The runs of `settings` settings of the other axes with `seeds` seeds are compared; each is done for
  /// every value. If some are missing, either their settings or their seeds are left out, whichever leaves
  /// more runs.
  std::size_t settings = 0, seeds = 0;
  std::size_t left_out = 0;           ///< runs that are done, but not compared
  std::size_t stopped = 0;            ///< runs that were stopped early; not compared, but in bins
  std::size_t not_applicable = 0;     ///< runs that the axis does not apply to; not compared
  std::vector<EffectOfValue> values;  ///< numbers ascending, words in the order of their axis

  /// Each of `values` is a bin (effect_in_bins). Runs are not paired then: `settings` and `seeds` are 0.
  bool in_bins = false;
  std::size_t samples = 0;  ///< samples in all bins
};

/// Throws Error (bad_input) if there is no such axis, if it has only one value in the file (not counting runs
/// that it does not apply to), or if it is the seed.
Effect effect_of(const ResultsData& results, std::string_view axis);

/// The effect of an axis whose values were drawn, so that there are no runs that differ only in it. Values
/// are put into up to five bins of about equally many samples, at least five in each.
///
/// An observation is a sample: the mean over the configurations that share all drawn values, each a mean over
/// its seeds that are done or were stopped early, after the last epoch that all of these have. The change of
/// bin v is ȳ_v − ȳ_first, unpaired. Its interval is Welch's, ± t·√(s_v²/n_v + s_first²/n_first), with t as
/// in Effect and the degrees of freedom of Welch and Satterthwaite. It includes the effect of the other
/// parameters, which are drawn anew for each sample.
///
/// With fewer than ten samples there are no values. Throws as effect_of; the values must be numbers.
Effect effect_in_bins(const ResultsData& results, std::string_view axis);

/// Whether to show `axis` in bins: it has more than ten numbers, most of which do not meet most settings of
/// the other axes; or it has more than thirty numbers.
bool wants_bins(const ResultsData& results, std::string_view axis);

/// The effect in each of several files, in bins if wants_bins().
std::vector<Effect> effects_of(std::span<const ResultsData> files, std::string_view axis);

/// A line for each value, with the change against the first; 80 columns are enough. A change whose interval
/// does not contain 0 is marked with *. If no value has any effect, 5 of 100 such columns have a mark.
std::string to_table(const Effect& effect);

/// One axis in several sweeps as CSV (RFC 4180): a line for each value, numbers with all digits, texts as in
/// the CSV of a Comparison.
std::string to_csv(std::span<const Effect> effects);

/// As JSON: {"by": the axis, "values": [{"file": …, "value": …, …}, …]}; null: no number.
std::string to_json(std::span<const Effect> effects);

}  // namespace runner
