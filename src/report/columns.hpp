#pragma once

#include "runner/report/comparison.hpp"

#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// One value of a configuration's summary, under the name that `sort` takes and CSV heads it with.
struct Column {
  std::string name;
  bool of_merit;  ///< sorts in descending order
  /// NaN where there is none, as on an axis that means nothing to the configuration (AxisInfo::applies).
  std::function<double(const ConfigurationSummary&)> value;
  /// All its values, where they are words: `value` is the index of one.
  std::vector<std::string_view> words{};

  bool has_words() const { return !words.empty(); }
  bool has_value(const ConfigurationSummary& configuration) const {
    return !std::isnan(value(configuration));
  }
  /// Of a column of words; empty where there is none.
  std::string_view word(const ConfigurationSummary& configuration) const;
};

/// The axes of the sweep, without the seed, and what was measured; in the order of CSV.
std::span<const Column> axis_columns();
std::span<const Column> measured_columns();
std::vector<Column> all_columns();

/// The axes with several values among the configurations that they mean something to, and the others.
std::vector<Column> varying_axes(const Comparison& comparison);
std::vector<Column> fixed_axes(const Comparison& comparison);

/// The fixed axes without those whose value goes without saying (AxisInfo).
std::vector<Column> stated_axes(const Comparison& comparison);

/// Whether an axis means something to some of the configurations, but not to all.
bool means_nothing_to_some(const Column& axis, const Comparison& comparison);

/// With the digits that give it back; empty for NaN and infinities.
std::string exact_text(double number);

/// The value as a word, or with the digits that give it back; empty where there is none.
std::string exact_text(const Column& column, const ConfigurationSummary& configuration);

}  // namespace runner
