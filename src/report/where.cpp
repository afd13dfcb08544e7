#include "runner/error/error.hpp"
#include "runner/report/comparison.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <string>
#include <type_traits>

#include <fmt/format.h>

namespace runner {
namespace {

using Condition = std::function<bool(const RunSpec&)>;

struct Parts {
  std::string_view name, sign, value;
};

Error no_condition(std::string_view text, const std::string& rule) {
  return bad_input(fmt::format("--where: \"{}\" is no condition: {}", text, rule));
}

/// "hidden_size>=100"
Parts split(std::string_view text) {
  const std::size_t sign = text.find_first_of("=!<>");
  if (sign != std::string_view::npos && sign > 0) {
    // The longer ones first.
    for (const std::string_view known : {"!=", "<=", ">=", "=", "<", ">"})
      if (text.substr(sign).starts_with(known))
        return {text.substr(0, sign), known, text.substr(sign + known.size())};
  }
  throw no_condition(text, "an axis, one of = != < <= > >=, and a value, such as hidden_size>=100");
}

template <class Value>
bool holds(std::string_view sign, Value a, Value b) {
  if (sign == "=") return a == b;
  if (sign == "!=") return a != b;
  if (sign == "<") return a < b;
  if (sign == "<=") return a <= b;
  if (sign == ">") return a > b;
  return a >= b;
}

/// A condition on an axis of numbers.
template <class Value, class Rule>
Condition on(const Axis<Value, Rule>& axis, std::string_view text, const Parts& parts) {
  Value value{};
  const char* const end = parts.value.data() + parts.value.size();
  const auto [rest, error] = std::from_chars(parts.value.data(), end, value);
  if (error != std::errc() || rest != end)
    throw no_condition(text, fmt::format("\"{}\" is not a value of {}", parts.value, axis.name));
  const std::string sign(parts.sign);
  return [=, member = axis.value](const RunSpec& spec) { return holds(sign, spec.*member, value); };
}

/// A condition on an axis of words.
template <Named Enum>
Condition on(const Axis<Enum, Words>& axis, std::string_view text, const Parts& parts) {
  if (parts.sign != "=" && parts.sign != "!=")
    throw no_condition(text, fmt::format("{} is compared with = or !=", axis.name));
  const auto& words = enumerator_names<Enum>;
  const auto found = std::find(words.begin(), words.end(), parts.value);
  if (found == words.end())
    throw no_condition(text, fmt::format("\"{}\" is not a value of {}", parts.value, axis.name));
  return [word = static_cast<Enum>(found - words.begin()), equal = parts.sign == "=",
          member = axis.value](const RunSpec& spec) { return (spec.*member == word) == equal; };
}

Condition condition(std::string_view text) {
  const Parts parts = split(text);
  Condition result;
  for_each_axis([&](const auto& axis) {
    if (axis.name == parts.name) result = on(axis, text, parts);
  });
  if (!result) throw no_condition(text, fmt::format("the axes are {}", fmt::join(axis_names(), ", ")));
  return result;
}

}  // namespace

void keep_where(ResultsData& results, std::string_view conditions) {
  std::vector<Condition> all;
  for (std::size_t begin = 0; begin <= conditions.size();) {
    const std::size_t end = std::min(conditions.find(',', begin), conditions.size());
    all.push_back(condition(conditions.substr(begin, end - begin)));
    begin = end + 1;
  }
  std::erase_if(results.runs, [&](const StoredRun& run) {
    return !std::all_of(all.begin(), all.end(),
                        [&](const Condition& obeyed) { return obeyed(run.run.spec); });
  });
}

}  // namespace runner
