#pragma once

#include "runner/model/run_spec.hpp"

#include "json_text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

namespace runner {

/// A key's value and where it was given, for messages.
struct Setting {
  std::string where;  ///< the config file, or "command line"
  std::string key;
  Json value;
};

/// "configs/x.json: batch_size: 0 is out of range: an integer from 1 to 4194304". `value` is the setting's,
/// or one of its list.
Error bad_value(const Setting& setting, const Json& value, std::string_view problem, std::string_view rule);

/// A value of the named kind, or Error (bad_input).
std::string string_value(const Setting& setting, const Json& value);
bool boolean_value(const Setting& setting, const Json& value);
std::int64_t integer_value(const Setting& setting, const Json& value, std::int64_t least, std::int64_t most);

/// One value of an axis by its rule, or Error (bad_input).
double axis_value(const Setting& setting, const Json& value, const Numbers& rule);
std::int64_t axis_value(const Setting& setting, const Json& value, const Integers& rule);

/// The number of a word among those that are allowed.
std::size_t word_value(const Setting& setting, const Json& value, std::span<const std::string_view> words);

/// Calls function(run) with a run for each value that a sweep gives to the axis that another one depends on
/// (Scope), all else at its default; never for an axis that depends on none.
template <class Value, class Rule, class Function>
void for_each_run_of_scope(const Axis<Value, Rule>& axis, const Grid& grid, const Function& function) {
  for_each_axis([&](const auto& other) {
    if (other.name != axis.scope.other) return;
    for (const auto value : grid.*other.values) {
      RunSpec run;
      run.*other.value = value;
      function(run);
    }
  });
}

/// Whose config is read. A stored one may have been accepted by an earlier version, which let values of a
/// list be one float32.
enum class ConfigSource { user, results_file };

/// The values of an axis: a value alone, or a list, which holds one at least and none twice, also not as the
/// float32 that training uses.
template <class Value, class Rule>
std::vector<Value> axis_values(const Setting& setting, const Axis<Value, Rule>& axis, ConfigSource source) {
  const auto read = [&](const Json& value) {
    if constexpr (Named<Value>)
      return static_cast<Value>(word_value(setting, value, enumerator_names<Value>));
    else
      return static_cast<Value>(axis_value(setting, value, axis.rule));
  };
  std::vector<Value> values;
  if (setting.value.is_object())
    throw bad_value(setting, setting.value, "is a distribution, which this version does not support",
                    "a value or a list of values");
  if (!setting.value.is_array()) {
    values.push_back(read(setting.value));
    return values;
  }
  if (setting.value.empty())
    throw bad_value(setting, setting.value, "is empty", "a list has one value at least");
  for (const Json& value : setting.value) values.push_back(read(value));
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto compared = [&](std::size_t i) {
    if constexpr (std::is_floating_point_v<Value>)
      return source == ConfigSource::user ? static_cast<float>(values[i]) : values[i];
    else
      return values[i];
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return compared(a) < compared(b); });
  const auto twice = std::adjacent_find(
      order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return compared(a) == compared(b); });
  if (twice != order.end()) {
    const Json &first = setting.value[twice[0]], &second = setting.value[twice[1]];
    if constexpr (std::is_floating_point_v<Value>)
      if (values[twice[0]] != values[twice[1]])
        throw bad_value(setting, second, "is given twice",
                        fmt::format("{} and {} are both the float32 {}, which training uses", shown(first),
                                    shown(second), static_cast<float>(values[twice[0]])));
    throw bad_value(setting, first, "is given twice", "the values of a list differ");
  }
  return values;
}

}  // namespace runner
