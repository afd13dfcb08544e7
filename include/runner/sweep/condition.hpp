#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// A name that conditions may use.
struct ConditionName {
  std::string_view name;
  /// All possible values, if they are words; empty if they are numbers.
  std::vector<std::string_view> words{};
};

/// A condition on named values. It is written as
///
///     condition = choice {"," choice}
///     choice    = group {"||" group}
///     group     = part {"&&" part}
///     part      = name sign value | "(" condition ")"
///     sign      = "<" | "<=" | "=" | "!=" | ">=" | ">"
///
/// `&&` binds tighter than `||`. A comma means `&&`, too, and binds loosest. Spaces between these parts have
/// no meaning. A name or a value is written without spaces and without any of <>=!&|(),". A value in double
/// quotes may hold them; a double quote in it is doubled.
///
/// Words are compared with = and != only. A value that is missing fulfils no comparison, not even !=.
///
/// src/report/page/condition.js implements the same language; tests/sweep/condition_cases.json tests both.
struct Condition {
  enum class Kind {
    comparison,
    all,  ///< each of `parts` holds
    any   ///< one of `parts` holds
  };
  enum class Sign { less, at_most, equal, unequal, at_least, more };

  Kind kind = Kind::comparison;
  std::vector<Condition> parts{};  ///< at least two; none of the kind of the whole

  // A comparison of names[name] with a value.
  std::size_t name = 0;
  Sign sign = Sign::equal;
  /// The number, or the index of the word in `words`. long double holds every int64 and every double.
  long double value = 0;
};

/// Throws Error (bad_input). The message begins with `where` and names the text, the position of the error
/// (in characters from 1) and what was expected there; for an unknown name or word, the nearest known one.
Condition parse_condition(std::string_view text, std::span<const ConditionName> names,
                          std::string_view where);

/// The value of names[i]; for a word, its index in `words`; NaN if it is missing.
using ConditionValues = std::function<long double(std::size_t i)>;

bool holds(const Condition& condition, const ConditionValues& values);

/// Whether a condition compares a name for which such(name) is true.
bool uses(const Condition& condition, const std::function<bool(std::size_t name)>& such);

}  // namespace runner
