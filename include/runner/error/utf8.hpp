#pragma once

#include <cstddef>
#include <string_view>

namespace runner {

/// U+FFFD, which replaces what is not a character.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

/// The first character of a text, and its bytes; no bytes if the text does not begin with valid UTF-8.
struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;
};

/// The text must not be empty.
Character first_character(std::string_view text);

/// The columns that a printable character takes on a terminal: 1; 2 for East Asian scripts and most emoji; 0
/// for marks that combine with the character before.
std::size_t places_of(char32_t code);

}  // namespace runner
