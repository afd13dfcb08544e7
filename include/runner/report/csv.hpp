#pragma once

#include <string>

namespace runner {

/// A text as a field of CSV (RFC 4180), quoted if necessary. A text that a spreadsheet would take for a
/// formula, because it begins with = + - @ (also after spaces, or as wide characters), gets an apostrophe in
/// front, which marks a text in spreadsheets.
std::string csv_field(const std::string& text);

}  // namespace runner
