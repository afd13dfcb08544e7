#include "loose_readings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace runner {
namespace {

/// The characters that a reading takes for one another: the first becomes the second.
using Swap = std::pair<char, char>;
constexpr std::array<Swap, 2> swaps{Swap{'-', '_'}, Swap{'_', '-'}};

constexpr std::string_view separators = ",; \t";

/// An integer where the number is one.
Json json_number_of(double number) {
  constexpr double exact = 0x1p53;
  if (std::trunc(number) == number && std::abs(number) < exact) return static_cast<std::int64_t>(number);
  return number;
}

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string_view without_ends(std::string_view text, std::string_view ends) {
  const std::size_t begin = text.find_first_not_of(ends);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(ends) - begin + 1);
}

Json loose_scalar(std::string_view text, const Swap& swap) {
  text = without_ends(text, "'\"");
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  if (const auto integer = whole_number<std::int64_t>(digits)) return *integer;
  if (const auto number = whole_number<double>(digits); number && std::isfinite(*number))
    return json_number_of(*number);
  std::string word(text);
  for (char& c : word) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == swap.first) c = swap.second;
  }
  if (word == "true" || word == "false") return word == "true";
  return word;
}

/// "1-5", "1..5" and "1:5".
std::optional<Json> loose_range(std::string_view text) {
  for (const std::string_view sign : {std::string_view(".."), std::string_view("-"), std::string_view(":")}) {
    const std::size_t at = text.find(sign);
    if (at == std::string_view::npos) continue;
    const auto from = whole_number<std::int64_t>(text.substr(0, at));
    const auto to = whole_number<std::int64_t>(text.substr(at + sign.size()));
    if (from && to) return Json{{"range", {*from, *to}}};
  }
  return std::nullopt;
}

Json loose_text(std::string_view text, const Swap& swap) {
  text = without_ends(text, " \t");
  if (std::optional<Json> range = loose_range(text)) return *std::move(range);
  const std::string_view inside = without_ends(text, "[](){} \t");
  if (inside.size() == text.size() && text.find_first_of(separators) == std::string_view::npos)
    return loose_scalar(text, swap);
  Json list = Json::array();
  for (std::size_t begin = 0; begin < inside.size();) {
    const std::size_t end = std::min(inside.find_first_of(separators, begin), inside.size());
    if (end > begin) list.push_back(loose_scalar(inside.substr(begin, end - begin), swap));
    begin = end + 1;
  }
  return list;
}

/// 10 and 10.0 are equal, and written differently.
bool is_written_like(const Json& a, const Json& b) {
  const auto written = [](const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
  };
  return written(a) == written(b);
}

Json loose_reading(const Json& value, const Swap& swap) {
  if (value.is_string()) return loose_text(value.get_ref<const std::string&>(), swap);
  if (value.is_number_float()) return json_number_of(value.get<double>());
  if (value.is_object()) {
    Json object = value;
    for (Json& member : object) member = loose_reading(member, swap);
    return object;
  }
  if (!value.is_array()) return value;
  Json list = Json::array();
  for (const Json& element : value)
    list.push_back(element.is_string() ? loose_scalar(element.get_ref<const std::string&>(), swap)
                                       : loose_reading(element, swap));
  return list;
}

}  // namespace

std::vector<Json> loose_readings(const Json& value) {
  std::vector<Json> readings;
  for (const Swap& swap : swaps) {
    Json reading = loose_reading(value, swap);
    if (is_written_like(reading, value)) continue;
    if (std::find(readings.begin(), readings.end(), reading) == readings.end())
      readings.push_back(std::move(reading));
  }
  return readings;
}

}  // namespace runner
