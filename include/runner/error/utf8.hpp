#pragma once

#include <cstddef>
#include <span>
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

/// Some of the characters, the first and the last included.
struct CodeRange {
  char32_t first, last;
};

/// Whether a character is in one of these ranges, which ascend and do not overlap.
bool holds(std::span<const CodeRange> ranges, char32_t code);

}  // namespace runner
