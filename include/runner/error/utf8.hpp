#pragma once

#include <cstddef>
#include <string_view>

namespace runner {

/// U+FFFD, in the place of what is no character.
inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

/// One character at the front of a text, and its bytes; no bytes where there is none in UTF-8.
struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;
};

/// Of a text that is not empty.
Character first_character(std::string_view text);

/// The places that a printable character takes on a terminal: 1; 2 for those of East Asian scripts and most
/// emoji; 0 for what stands over, under or within the character before it.
std::size_t places_of(char32_t code);

}  // namespace runner
