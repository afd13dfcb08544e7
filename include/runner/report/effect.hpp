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
  Estimate train_accuracy, test_accuracy, gap;     ///< after the last epoch, over the runs compared
  Estimate train_change, test_change, gap_change;  ///< against the first value, pair by pair
};

/// The effect of one axis, the others paired.
struct Effect {
  std::string name;  ///< of the sweep
  std::string axis;
  /// Runs compared for each value: those whose partners (the same values of all other axes, and the same
  /// seed) are done for every value. Intervals take them for independent.
  std::size_t pairs = 0;
  std::size_t left_out = 0;           ///< runs without all partners
  std::vector<EffectOfValue> values;  ///< ascending; numbers as numbers, words in the order of their axis
};

/// Throws Error (bad_input) where there is no such axis, or it has one value only in the file.
Effect effect_of(const ResultsData& results, std::string_view axis);

/// A line for each value, with the change against the first; 80 columns are enough. Changes whose interval
/// does not hold 0 are marked with *.
std::string to_table(const Effect& effect);

/// The same of one axis in several sweeps as CSV (RFC 4180), a line for each value, numbers with all digits.
std::string to_csv(std::span<const Effect> effects);

/// The same as JSON: {"by": the axis, "values": [{"file": …, "value": …, …}, …]}; null where there is no
/// number.
std::string to_json(std::span<const Effect> effects);

}  // namespace runner
