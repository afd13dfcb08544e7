#pragma once

#include "json_text.hpp"

#include <algorithm>
#include <cstdint>
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

/// A number that is above zero and finite, also once it has been rounded to float32.
double positive_value(const Setting& setting, const Json& value);

/// The values of an axis: `read` applied to a value alone, or to each of a list, which holds one at least and
/// none twice.
template <class Read>
auto axis_values(const Setting& setting, Read read) {
  std::vector<decltype(read(setting, setting.value))> values;
  if (setting.value.is_object())
    throw bad_value(setting, setting.value, "is a distribution, which this version does not support",
                    "a value or a list of values");
  if (!setting.value.is_array()) {
    values.push_back(read(setting, setting.value));
    return values;
  }
  if (setting.value.empty())
    throw bad_value(setting, setting.value, "is empty", "a list has one value at least");
  for (const Json& value : setting.value) values.push_back(read(setting, value));
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
