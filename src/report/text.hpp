#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text for the terminal, in UTF-8.
namespace runner {

/// Places on the screen: characters, not bytes.
std::size_t width_of(std::string_view text);

/// Its first so many characters.
std::string cut(std::string_view text, std::size_t width);

/// With spaces behind it up to that width; as it is if it is wider.
std::string padded(std::string_view text, std::size_t width);

/// With U+FFFD for what is no character: bytes that are not UTF-8, and what a terminal would obey instead of
/// showing it (control characters, and those that turn the direction of text or are not seen).
std::string printable(std::string_view text);

}  // namespace runner
