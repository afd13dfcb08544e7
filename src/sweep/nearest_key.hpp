#pragma once

#include <span>
#include <string>
#include <string_view>

namespace runner {

/// The number of characters to insert, delete or replace to make `b` of `a` (Levenshtein 1966).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// For a message about an unknown key: `did you mean "seed"?`, or all keys where none resembles it.
std::string suggest_key(std::string_view unknown, std::span<const std::string_view> known);

}  // namespace runner
