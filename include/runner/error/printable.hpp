#pragma once

#include <string>
#include <string_view>

/// Texts that come from outside, as they may be shown: names, descriptions, paths, configs, messages about
/// them.
namespace runner {

/// Whether a character is seen where it is shown, and does nothing else: no control character (C0, DEL, C1),
/// none that turns the direction of text, breaks a line or is not seen, and none that Unicode has no use for.
bool is_printable(char32_t code);

/// A text in one line, in UTF-8, with U+FFFD for each character that is not printable and each byte that
/// belongs to no character. A terminal obeys nothing in it, and XML and JSON may hold it.
std::string printable(std::string_view text);

/// The same of a text of several lines: line ends, CR LF among them, and tabs stay. CR LF becomes LF.
std::string printable_lines(std::string_view text);

}  // namespace runner
