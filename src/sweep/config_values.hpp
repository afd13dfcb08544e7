#pragma once

#include "runner/model/run_spec.hpp"

#include "json_text.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace runner {

/// A key's value and where it was given, for messages.
struct Setting {
  std::string where;  ///< the config file, or "command line"
  std::string key;    ///< with "grids[1]: " in front if it is given in a grid
  Json value;
  /// The place of a value that is within that of a key of the config: "/grids/1/seed". Empty for a key of the
  /// config itself.
  Json::json_pointer place{};
};

/// By their keys.
using Settings = std::map<std::string, Setting>;

/// Setting::where of an override.
inline constexpr std::string_view command_line = "command line";

/// Thrown for a value that a key may not have.
class BadValue : public Error {
 public:
  BadValue(const Setting& setting, const std::string& message)
      : Error(ErrorKind::bad_input, message),
        where_(setting.where),
        key_(setting.key),
        place_(setting.place) {}

  /// Those of the setting.
  const std::string& where() const noexcept { return where_; }
  const std::string& key() const noexcept { return key_; }
  const Json::json_pointer& place() const noexcept { return place_; }

 private:
  std::string where_, key_;
  Json::json_pointer place_;
};

/// "configs/x.json: batch_size: 0 is out of range: an integer from 1 to 4194304". `value` is the setting's
/// value, or an element of its list.
BadValue bad_value(const Setting& setting, const Json& value, std::string_view problem,
                   std::string_view rule);

/// A value of the named kind, or Error (bad_input).
std::string string_value(const Setting& setting, const Json& value);
bool boolean_value(const Setting& setting, const Json& value);
std::int64_t integer_value(const Setting& setting, const Json& value, std::int64_t least, std::int64_t most);

/// One value of an axis by its rule, or Error (bad_input).
double axis_value(const Setting& setting, const Json& value, const Numbers& rule);
std::int64_t axis_value(const Setting& setting, const Json& value, const Integers& rule);

/// The index of a word in `words`, or Error (bad_input).
std::size_t word_value(const Setting& setting, const Json& value, std::span<const std::string_view> words);

/// `axis` may depend on another axis (Scope). Calls function(run) for each value that the sweep gives to that
/// other axis; all else of the run has its default. Calls nothing if `axis` depends on none.
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

}  // namespace runner
