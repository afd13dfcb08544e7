#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace runner {

/// The number of characters to insert, delete or replace to make `b` of `a` (Levenshtein 1966).
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The one of the known ones that an unknown word resembles, by edit_distance as a share of the longer word;
/// none where more than half of it would have to change.
std::optional<std::string_view> nearest_key(std::string_view unknown,
                                            std::span<const std::string_view> known);

/// For a message about an unknown key: `did you mean "seed"?`, or `the keys are …` with all of them where
/// none resembles it. `what` says what the known ones are.
std::string suggest_key(std::string_view unknown, std::span<const std::string_view> known,
                        std::string_view what = "keys");

}  // namespace runner
