#pragma once

#include "runner/report/comparison.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// One value of a configuration's summary, under the name that `sort` takes and CSV heads it with.
struct Column {
  std::string name;
  bool of_merit;                                             ///< sorts in descending order
  std::function<double(const ConfigurationSummary&)> value;  ///< NaN where there is none
  /// All its values, where they are words: `value` is the index of one.
  std::vector<std::string_view> words{};

  bool has_words() const { return !words.empty(); }
  /// Of a column of words; empty where there is none.
  std::string_view word(const ConfigurationSummary& configuration) const;
};

/// The axes of the sweep, without the seed, and what was measured; in the order of CSV.
std::span<const Column> axis_columns();
std::span<const Column> measured_columns();
std::vector<Column> all_columns();

/// The axes with several values among the configurations, and those with one.
std::vector<Column> varying_axes(const Comparison& comparison);
std::vector<Column> fixed_axes(const Comparison& comparison);

/// The fixed axes without those whose value goes without saying (AxisInfo).
std::vector<Column> stated_axes(const Comparison& comparison);

/// With the digits that give it back; empty for NaN and infinities.
std::string exact_text(double number);

/// The value as a word, or with the digits that give it back; empty where there is none.
std::string exact_text(const Column& column, const ConfigurationSummary& configuration);

}  // namespace runner
