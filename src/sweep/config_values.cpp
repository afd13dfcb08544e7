#include "config_values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

/// "1..5", "0.1..1", "1-5", "1:5" or "range(1, 5)", which other programs read as several values.
bool is_range(std::string_view text) {
  if (text.starts_with("range(")) return true;
  if (text.empty() || text[0] < '0' || text[0] > '9') return false;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  return text.find("..") != std::string_view::npos || text.substr(digits).starts_with("-") ||
         text.substr(digits).starts_with(":");
}

void refuse_range(const Setting& setting, const Json& value) {
  if (value.is_string() && is_range(value.get_ref<const std::string&>()))
    throw bad_value(setting, value, "is a range",
                    "write each value, as in [1, 2, 3], or {\"range\": [1, 3]}");
}

std::string text_of(const Numbers& rule) {
  constexpr double largest = std::numeric_limits<float>::max();
  if (rule.least == 0 && !rule.least_is_allowed && rule.most == largest)
    return "a number above 0 that is neither 0 nor infinite as float32 (7.1e-46 to 3.4e+38)";
  const std::string end =
      rule.most == largest ? "" : fmt::format("{} {}", rule.most_is_allowed ? " to" : ", below", rule.most);
  return fmt::format("a number {} {}{}", rule.least_is_allowed ? "from" : "above", rule.least, end);
}

}  // namespace

BadValue bad_value(const Setting& setting, const Json& value, std::string_view problem,
                   std::string_view rule) {
  return {setting, fmt::format("{}: {}: {} {}: {}", setting.where, setting.key, shown(value), problem, rule)};
}

std::string string_value(const Setting& setting, const Json& value) {
  if (!value.is_string()) throw bad_value(setting, value, "is not a string", "write a text in quotes");
  return value.get<std::string>();
}

bool boolean_value(const Setting& setting, const Json& value) {
  if (!value.is_boolean()) throw bad_value(setting, value, "is not a boolean", "write true or false");
  return value.get<bool>();
}

std::int64_t integer_value(const Setting& setting, const Json& value, std::int64_t least, std::int64_t most) {
  const std::string rule = fmt::format("an integer from {} to {}", least, most);
  // An integer of more than 64 bits has become a floating-point number.
  const bool huge = value.is_number_float() && std::abs(value.get<double>()) >= 0x1p63;
  if (!value.is_number_integer() && !huge) throw bad_value(setting, value, "is not an integer", rule);
  const bool above_int64 = value.is_number_unsigned() && value.get<std::uint64_t>() > INT64_MAX;
  if (huge || above_int64 || value.get<std::int64_t>() < least || value.get<std::int64_t>() > most)
    throw bad_value(setting, value, "is out of range", rule);
  return value.get<std::int64_t>();
}

double axis_value(const Setting& setting, const Json& value, const Numbers& rule) {
  refuse_range(setting, value);
  const std::string text = text_of(rule);
  if (!value.is_number()) throw bad_value(setting, value, "is not a number", text);
  const double number = value.get<double>();
  if (!obeys(number, rule)) throw bad_value(setting, value, "is out of range", text);
  return number;
}

std::int64_t axis_value(const Setting& setting, const Json& value, const Integers& rule) {
  refuse_range(setting, value);
  return integer_value(setting, value, rule.least, rule.most);
}

std::size_t word_value(const Setting& setting, const Json& value, std::span<const std::string_view> words) {
  std::vector<std::string> allowed;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (value == words[i]) return i;
    allowed.push_back(shown(words[i]));
  }
  throw bad_value(setting, value, "is not known", fmt::format("{}", fmt::join(allowed, " or ")));
}

}  // namespace runner
