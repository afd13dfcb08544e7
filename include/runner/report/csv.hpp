#pragma once

#include <string>

namespace runner {

/// A text as a field of CSV (RFC 4180), in quotes where that takes them. A text that a spreadsheet would take
/// for a formula, since it begins with = + - @ (also behind spaces, or as wide characters), has an apostrophe
/// before it: so spreadsheets mark what is text whatever it looks like.
std::string csv_field(const std::string& text);

}  // namespace runner
