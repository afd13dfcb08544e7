#pragma once

#include "runner/report/comparison.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// What one value of an axis does, all else equal.
struct EffectOfValue {
  std::string value;
  Estimate train_accuracy, test_accuracy, gap;     ///< after the last epoch; an observation is a seed
  Estimate train_change, test_change, gap_change;  ///< against the first value, simultaneous over the values

  // Of a bin of values.
  std::size_t samples = 0;     ///< that are in it; 0: this is a single value
  double least = 0, most = 0;  ///< the smallest and the largest value in it
};

/// The effect of one axis, the others and the seed the same.
///
/// The units of chance are seeds, not runs: runs of one seed share their initial weights and their batches.
/// Of S settings of the other axes and n seeds, an observation is y(v, s) = mean over the settings of what
/// was measured with value v and seed s, and the change of value v is d(v, s) = y(v, s) − y(first, s). Its
/// interval is mean ± t·sd/√n over the seeds, with t the quantile of Student's distribution with n − 1
/// degrees of freedom at which all m changes together hold the truth in 95 of 100: (1 + 0.95^(1/m))/2 (Šidák
/// 1967, which is exact for independent changes, and wide enough for these, which share the first value). It
/// assumes that d is about normal over the seeds. Of fewer than three seeds there is no interval.
struct Effect {
  std::string name;  ///< of the sweep; of several files, what tells them apart (names_of); printable
  std::string axis;
  /// Compared are the runs of `settings` settings of the other axes with `seeds` seeds, each done for every
  /// value. Where some are missing, either their settings or their seeds are left out, whichever leaves more.
  std::size_t settings = 0, seeds = 0;
  std::size_t left_out = 0;           ///< runs that are done, but not compared
  std::size_t stopped = 0;            ///< runs that were stopped early: they are not compared either
  std::size_t not_applicable = 0;     ///< runs that the axis means nothing to: nor are these
  std::vector<EffectOfValue> values;  ///< ascending; numbers as numbers, words in the order of their axis

  /// Each of `values` is a bin (effect_in_bins). Runs are not paired then: `settings` and `seeds` are 0.
  bool in_bins = false;
  std::size_t samples = 0;  ///< in all bins
};

/// Throws Error (bad_input) where there is no such axis, it has one value only in the file (those of runs
/// that it means nothing to are none), or it is the seed: seeds are what chance is told by.
Effect effect_of(const ResultsData& results, std::string_view axis);

/// The same of an axis whose values were drawn, so that runs which differ in it alone are missing: in up to
/// five bins of about equally many samples, five at least in each.
///
/// An observation is a sample: the mean over the configurations that share all drawn values, each a mean over
/// its seeds that are done. The change of bin v is ȳ_v − ȳ_first, unpaired: its interval is Welch's,
/// ± t·√(s_v²/n_v + s_first²/n_first), with t as for an Effect value by value, and degrees of freedom by
/// Welch and Satterthwaite. It holds what the other parameters do to each sample, which are drawn anew for
/// each, and no change of a bin is free of chance that they bring.
///
/// Of fewer than ten samples there are no values. Throws as effect_of; the axis is one of numbers.
Effect effect_in_bins(const ResultsData& results, std::string_view axis);

/// Whether `axis` is to be seen in bins: it has more than ten numbers, most of which do not meet most
/// settings of the other axes; or more than thirty numbers at all.
bool wants_bins(const ResultsData& results, std::string_view axis);

/// Of each of several files, in bins where it wants_bins.
std::vector<Effect> effects_of(std::span<const ResultsData> files, std::string_view axis);

/// A line for each value, with the change against the first; 80 columns are enough. Changes whose interval
/// does not hold 0 are marked with *: where no value has any effect, 5 of 100 such columns have a mark.
std::string to_table(const Effect& effect);

/// The same of one axis in several sweeps as CSV (RFC 4180), a line for each value, numbers with all digits;
/// texts as in that of a Comparison.
std::string to_csv(std::span<const Effect> effects);

/// The same as JSON: {"by": the axis, "values": [{"file": …, "value": …, …}, …]}; null where there is no
/// number.
std::string to_json(std::span<const Effect> effects);

}  // namespace runner
