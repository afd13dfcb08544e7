#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Text for the terminal, in UTF-8.
namespace runner {

/// Places on the screen, of text that is printable: most characters take one, wide ones two, accents none.
std::size_t width_of(std::string_view text);

/// As many of its first characters as have room in so many places.
std::string cut(std::string_view text, std::size_t width);

/// With spaces behind it up to that width; as it is if it is wider.
std::string pad_right(std::string_view text, std::size_t width);

/// Phrases with a space between them, in lines of at most 80 places, each with a line feed; a longer phrase
/// is a line of its own.
std::string filled(const std::vector<std::string>& phrases);

}  // namespace runner
