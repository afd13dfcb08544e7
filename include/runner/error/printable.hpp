#pragma once

#include <string>
#include <string_view>

/// Makes texts from outside (names, descriptions, paths, configs, messages about them) safe to show.
namespace runner {

/// Whether a character is visible and has no other effect. Not printable are control characters (C0, DEL,
/// C1), characters that turn the direction of text, break a line or are invisible, and those that Unicode
/// does not use.
bool is_printable(char32_t code);

/// The text in one line, in UTF-8. U+FFFD replaces each character that is not printable and each byte that is
/// not part of a character. A terminal obeys nothing in it, and XML and JSON may contain it.
std::string printable(std::string_view text);

/// The same for a text of several lines: tabs and line ends stay. CR LF becomes LF.
std::string printable_lines(std::string_view text);

}  // namespace runner
