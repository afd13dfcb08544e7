#pragma once

#include "runner/model/run_spec.hpp"

#include "json_text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

/// The values of an axis: a value alone, or a list, which holds one at least and none twice.
template <class Value, class Rule>
std::vector<Value> axis_values(const Setting& setting, const Axis<Value, Rule>& axis) {
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
  auto sorted = values;
  std::sort(sorted.begin(), sorted.end());
  if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end()) {
    const auto first = std::find(values.begin(), values.end(), *twice) - values.begin();
    throw bad_value(setting, setting.value[static_cast<std::size_t>(first)], "is given twice",
                    "the values of a list differ");
  }
  return values;
}

}  // namespace runner
