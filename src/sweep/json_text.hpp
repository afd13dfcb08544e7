#pragma once

#include "runner/error/error.hpp"

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace runner {

using Json = nlohmann::json;

/// Thrown by parse_json for text that is not JSON.
struct SyntaxError : Error {
  using Error::Error;
};

/// Parses JSON strictly: no duplicate keys, no more than a few levels of nesting, no number too large for a
/// double, no NUL byte. A byte order mark in front is skipped. Throws Error whose message begins with
/// `where`; a syntax error has line and column.
Json parse_json(std::string_view text, const std::string& where);

/// The same for JSON as people write it in an editor, with comments (`//` to the end of the line, `/* … */`)
/// and a comma after the last element of a list or an object. A text without any value has a message of its
/// own.
Json parse_edited_json(std::string_view text, const std::string& where);

/// A value as JSON for a message: on one line, cut short when it is long.
std::string shown(const Json& value);

/// Whether every byte belongs to a well-formed UTF-8 sequence.
bool is_utf8(const std::string& text);

}  // namespace runner
