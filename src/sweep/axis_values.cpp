#include "axis_values.hpp"

#include "runner/error/nearest_key.hpp"
#include "runner/sweep/config.hpp"

#include "rounded.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include <fmt/ranges.h>

namespace runner {
namespace {

constexpr std::string_view range_rule = "from must be at most to, and step above 0";
constexpr std::string_view span_rule = "from must be below to";
constexpr std::string_view logarithmic_rule = "a logarithmic scale must begin above 0";
constexpr int generated_digits = 12;  // so that 0.1 + 2 · 0.1 is 0.3

/// An object that may stand for the values of an axis.
struct Form {
  std::string_view name;
  std::string_view example;
  std::optional<Draw::Kind> draw;  ///< that it is; none of a generator
  bool of_numbers, of_integers, of_words;

  bool is_of(ValueKind kind) const {
    return kind == ValueKind::number ? of_numbers : kind == ValueKind::integer ? of_integers : of_words;
  }
};

constexpr std::array forms{
    Form{"range", R"({"range": [from, to, step]})", std::nullopt, true, true, false},
    Form{"linspace", R"({"linspace": [from, to, count]})", std::nullopt, true, true, false},
    Form{"logspace", R"({"logspace": [from, to, count]})", std::nullopt, true, true, false},
    Form{"uniform", R"({"uniform": [from, to]})", Draw::Kind::uniform, true, false, false},
    Form{"log_uniform", R"({"log_uniform": [from, to]})", Draw::Kind::log_uniform, true, false, false},
    Form{"int_uniform", R"({"int_uniform": [from, to]})", Draw::Kind::int_uniform, false, true, false},
    Form{"choice", R"({"choice": [value, …]})", Draw::Kind::choice, true, true, true},
};

std::string written(const Form& form) {
  return fmt::format("write {}", form.example);
}

/// The form of an object; null for a value that is none.
const Form* form_of(const Setting& setting, const Json& value, ValueKind kind) {
  if (!value.is_object()) return nullptr;
  std::vector<std::string_view> names, examples;
  for (const Form& form : forms) {
    if (!form.is_of(kind)) continue;
    if (value.size() == 1 && value.begin().key() == form.name) return &form;
    names.push_back(form.name);
    examples.push_back(form.example);
  }
  std::string rule = fmt::format("write a value, a list of values, {}", fmt::join(examples, ", "));
  if (value.size() == 1)
    if (const auto nearest = nearest_key(value.begin().key(), names))
      rule += fmt::format("; did you mean {}?",
                          examples[static_cast<std::size_t>(std::find(names.begin(), names.end(), *nearest) -
                                                            names.begin())]);
  throw bad_value(setting, value, "is not known", rule);
}

/// A number that is to be one of an axis; on an axis of integers, an integer of 64 bits.
void require_number(const Setting& setting, const Json& whole, const Json& number, ValueKind kind,
                    const Form& form) {
  const bool right = kind == ValueKind::integer ? number.is_number_integer() : number.is_number();
  if (!right)
    throw bad_value(
        setting, whole, "is not valid",
        fmt::format("write {}, with {}", form.example, kind == ValueKind::integer ? "integers" : "numbers"));
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  if (kind == ValueKind::integer && number.is_number_unsigned() && number.get<std::uint64_t>() > most)
    throw bad_value(setting, number, "is out of range", fmt::format("an integer up to {}", most));
}

Json on_axis(double value, int digits, ValueKind kind) {
  if (kind == ValueKind::integer) return std::llround(value);
  return rounded(value, digits);
}

void require_few(const Setting& setting, const Json& whole, double count) {
  if (count > static_cast<double>(max_runs))
    throw bad_value(setting, whole, fmt::format("makes more than {} values", max_runs),
                    "no sweep may have more runs");
}

/// Exact, also beyond 2^53.
Json range_of_integers(const Setting& setting, const Json& whole, std::int64_t from, std::int64_t to,
                       std::int64_t step) {
  if (from > to || step <= 0) throw bad_value(setting, whole, "has no values", range_rule);
  const std::uint64_t steps =
      (static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from)) / static_cast<std::uint64_t>(step);
  require_few(setting, whole, static_cast<double>(steps) + 1);
  Json list = Json::array();
  // Of unsigned numbers, as the span may be wider than an int64.
  for (std::uint64_t k = 0; k <= steps; ++k)
    list.push_back(
        static_cast<std::int64_t>(static_cast<std::uint64_t>(from) + k * static_cast<std::uint64_t>(step)));
  return list;
}

Json range_of_numbers(const Setting& setting, const Json& whole, double from, double to, double step) {
  if (!(from <= to && step > 0)) throw bad_value(setting, whole, "has no values", range_rule);
  // A last value that misses the end by rounding belongs to it.
  const double steps = std::floor((to - from) / step * (1 + 1e-12));
  require_few(setting, whole, steps + 1);
  Json list = Json::array({from});
  for (double k = 1; k <= steps; ++k) list.push_back(rounded(from + k * step, generated_digits));
  return list;
}

Json spaced(const Setting& setting, const Json& whole, const Json& argument, ValueKind kind,
            bool logarithmic) {
  const double from = argument[0].get<double>(), to = argument[1].get<double>();
  if (!argument[2].is_number_integer() || argument[2].get<double>() < 2)
    throw bad_value(setting, whole, fmt::format("makes {} values", shown(argument[2])),
                    "count must be an integer of 2 or more");
  if (!(from < to)) throw bad_value(setting, whole, "is not a span", span_rule);
  if (logarithmic && !(from > 0))
    throw bad_value(setting, whole, fmt::format("begins at {}", shown(argument[0])), logarithmic_rule);
  const double count = argument[2].get<double>();
  require_few(setting, whole, count);
  Json list = Json::array();
  for (double k = 0; k < count; ++k) {
    const double share = k / (count - 1);
    const double value = logarithmic ? std::exp(std::log(from) + share * (std::log(to) - std::log(from)))
                                     : from + share * (to - from);
    if (k == 0)
      list.push_back(argument[0]);
    else if (k == count - 1)
      list.push_back(argument[1]);
    else
      list.push_back(on_axis(value, logarithmic ? drawn_digits : generated_digits, kind));
  }
  return list;
}

}  // namespace

std::optional<Json> generated(const Setting& setting, const Json& value, ValueKind kind) {
  const Form* const form = form_of(setting, value, kind);
  if (form == nullptr) return std::nullopt;
  if (form->draw)
    throw bad_value(setting, value, "is inside another value",
                    "a distribution must be the key's whole value");
  const Json& argument = value.begin().value();
  const bool is_range = form->name == "range";
  if (!argument.is_array() || (argument.size() != 3 && !(is_range && argument.size() == 2)))
    throw bad_value(
        setting, value, "is not valid",
        is_range ? R"(write {"range": [from, to]} or {"range": [from, to, step]})" : written(*form));
  for (std::size_t i = 0; i < argument.size(); ++i) require_number(setting, value, argument[i], kind, *form);
  if (is_range && kind == ValueKind::integer)
    return range_of_integers(setting, value, argument[0], argument[1],
                             argument.size() == 3 ? argument[2].get<std::int64_t>() : 1);
  if (is_range)
    return range_of_numbers(setting, value, argument[0], argument[1],
                            argument.size() == 3 ? argument[2].get<double>() : 1);
  return spaced(setting, value, argument, kind, form->name == "logspace");
}

std::optional<DistributionValue> distribution_in(const Setting& setting, const Json& value, ValueKind kind) {
  const Form* const form = form_of(setting, value, kind);
  if (form == nullptr || !form->draw) return std::nullopt;
  const Json& argument = value.begin().value();
  if (form->draw == Draw::Kind::choice) return DistributionValue{*form->draw, argument};
  if (!argument.is_array() || argument.size() != 2)
    throw bad_value(setting, value, "is not valid", written(*form));
  for (const Json& end : argument) require_number(setting, value, end, kind, *form);
  if (form->draw == Draw::Kind::log_uniform && !(argument[0].get<double>() > 0))
    throw bad_value(setting, value, fmt::format("begins at {}", shown(argument[0])), logarithmic_rule);
  if (!(argument[0] < argument[1])) throw bad_value(setting, value, "is not a span", span_rule);
  return DistributionValue{*form->draw, argument};
}

std::string_view to_string(Draw::Kind kind) {
  for (const Form& form : forms)
    if (form.draw == kind) return form.name;
  return "";
}

}  // namespace runner
