#pragma once

#include "runner/sweep/space.hpp"

#include "config_values.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace runner {

/// Where a config comes from. Earlier versions accepted lists in which two values are the same float32, so a
/// stored config may have such a list.
enum class ConfigSource { user, results_file };

/// The kind of an axis's values. It decides which generators and distributions the axis may have.
enum class ValueKind { number, integer, word };

template <class Value>
constexpr ValueKind value_kind = Named<Value>                ? ValueKind::word
                                 : std::is_integral_v<Value> ? ValueKind::integer
                                                             : ValueKind::number;

/// The list that a generator stands for: {"range": [a, b]} (step 1), {"range": [a, b, step]},
/// {"linspace": [a, b, n]}, {"logspace": [a, b, n]}. Numbers that are not integers are rounded to twelve
/// significant digits, those of logspace to six; on an axis of integers all are rounded to integers. Nothing
/// if the value is not an object. Throws Error (bad_input) for an object that is not a valid generator.
std::optional<Json> generated(const Setting& setting, const Json& value, ValueKind kind);

/// A distribution, {"uniform": [a, b]} and its kin, with its argument as it was given. Nothing if the value
/// is not an object, or is a generator. Throws Error (bad_input) for a distribution that the kind of values
/// does not have, and for ends that are not two numbers, the smaller first.
struct DistributionValue {
  Draw::Kind kind;
  Json argument;
};
std::optional<DistributionValue> distribution_in(const Setting& setting, const Json& value, ValueKind kind);

/// The name of a distribution: "log_uniform".
std::string_view to_string(Draw::Kind kind);

/// The values of a list, of a generator, or a single value. Throws Error (bad_input) for an empty list, or if
/// two values are equal, also as the float32 that training uses.
template <class Value, class Rule>
std::vector<Value> axis_values(const Setting& setting, const Json& given, const Axis<Value, Rule>& axis,
                               ConfigSource source) {
  const auto read = [&](const Json& value) {
    if constexpr (Named<Value>)
      return static_cast<Value>(word_value(setting, value, enumerator_names<Value>));
    else
      return static_cast<Value>(axis_value(setting, value, axis.rule));
  };
  const std::optional<Json> made = generated(setting, given, value_kind<Value>);
  const Json& list = made ? *made : given;
  if (!list.is_array()) return {read(list)};
  if (list.empty()) throw bad_value(setting, list, "is empty", "a list must have at least one value");
  std::vector<Value> values;
  values.reserve(list.size());
  for (const Json& value : list) values.push_back(read(value));
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
  if (twice == order.end()) return values;
  const Json &first = list[twice[0]], &second = list[twice[1]];
  if constexpr (std::is_floating_point_v<Value>)
    if (values[twice[0]] != values[twice[1]])
      throw bad_value(setting, second, "is given twice",
                      fmt::format("{} and {} are both the float32 {}, which training uses", shown(first),
                                  shown(second), static_cast<float>(values[twice[0]])));
  if (made)
    throw bad_value(setting, given, fmt::format("gives {} twice", shown(first)),
                    "the values of a list must differ; ask for fewer");
  throw bad_value(setting, first, "is given twice", "the values of a list must differ");
}

/// Reads the values of an axis, or what they are drawn from, into a space.
template <class Value, class Rule>
void read_axis(const Setting& setting, const Axis<Value, Rule>& axis, ConfigSource source, Space& space) {
  std::vector<Value>& values = space.grid.*axis.values;
  const std::optional<DistributionValue> distribution =
      distribution_in(setting, setting.value, value_kind<Value>);
  if (!distribution) {
    values = axis_values(setting, setting.value, axis, source);
    return;
  }
  Draw draw{axis.name, distribution->kind};
  if (draw.kind == Draw::Kind::choice) {
    if (distribution->argument.is_number() || distribution->argument.is_string())
      throw bad_value(setting, setting.value, "is one value", "{\"choice\": […]} takes a list of values");
    values = axis_values(setting, distribution->argument, axis, source);
  } else if constexpr (!Named<Value>) {
    const auto from = axis_value(setting, distribution->argument[0], axis.rule);
    const auto to = axis_value(setting, distribution->argument[1], axis.rule);
    if constexpr (std::is_integral_v<Value>) {
      draw.least = from;
      draw.most = to;
    } else {
      draw.from = from;
      draw.to = to;
    }
    values.clear();
  }
  space.drawn.push_back(std::move(draw));
}

}  // namespace runner
