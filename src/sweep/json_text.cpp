#include "json_text.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace runner {
namespace {

constexpr int max_depth = 8;
constexpr std::size_t max_shown = 80;
constexpr std::string_view json_blanks = " \t\r\n";

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// "line 3, column 8": columns count characters, not bytes.
std::string position(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto column = 1 + std::count_if(before.begin() + static_cast<std::ptrdiff_t>(line_start),
                                        before.end(), [](char c) { return !is_continuation(c); });
  return fmt::format("line {}, column {}", line, column);
}

bool in_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '+' || c == '-';
}

/// The word around an offset, such as NaN, or the one that ends just before it; empty if there is none.
std::pair<std::size_t, std::string_view> word_at(std::string_view text, std::size_t offset) {
  std::size_t begin = std::min(offset, text.size());
  while (begin > 0 && in_word(text[begin - 1])) --begin;
  std::size_t end = begin;
  while (end < text.size() && in_word(text[end])) ++end;
  return {begin, text.substr(begin, end - begin)};
}

std::string cut_short(std::string_view text) {
  if (text.size() <= max_shown) return std::string(text);
  std::size_t end = max_shown;
  while (is_continuation(text[end])) --end;
  return std::string(text.substr(0, end)) + "…";
}

void replace(std::string& text, std::string_view from, std::string_view to) {
  if (const std::size_t at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
}

/// The library's message reads "[json.exception.parse_error.101] parse error at line 2, column 5: syntax
/// error while parsing object - unexpected string literal; expected '}'": only its end is for a user.
std::string syntax_error(std::string_view text, const Json::parse_error& error) {
  const std::size_t offset = error.byte > 0 ? error.byte - 1 : 0;
  std::string problem = error.what();
  if (const std::size_t at = problem.find(" - "); at != std::string::npos) problem.erase(0, at + 3);
  problem.erase(std::min(problem.find("; last read"), problem.size()));

  if (problem.starts_with("invalid literal") || problem.starts_with("invalid number")) {
    const auto [begin, word] = word_at(text, offset);
    if (!word.empty())
      return fmt::format("{}: syntax error: {} is not a JSON value", position(text, begin), cut_short(word));
    problem = "unexpected character";
  }
  replace(problem, "; expected '}'", "; expected ',' or '}'");
  replace(problem, "; expected ']'", "; expected ',' or ']'");
  replace(problem, "'[', '{', or a literal", "a value");
  replace(problem, "string literal", "string");
  replace(problem, "number literal", "number");
  return fmt::format("{}: syntax error: {}", position(text, offset), problem);
}

std::string_view without_mark(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text;
}

/// The end of a string that begins at an offset: behind its closing quote, or where its line ends, as
/// no string goes on in the next one.
std::size_t end_of_string(std::string_view text, std::size_t begin) {
  std::size_t end = begin + 1;
  while (end < text.size() && text[end] != '"' && text[end] != '\n') end += text[end] == '\\' ? 2 : 1;
  return std::min(end + 1, text.size());
}

/// The end of a comment that begins at an offset; `begin` where none begins there, npos where it has no end.
std::size_t end_of_comment(std::string_view text, std::size_t begin) {
  const std::string_view rest = text.substr(begin);
  if (rest.starts_with("//")) return std::min(text.find_first_of("\r\n", begin), text.size());
  if (!rest.starts_with("/*")) return begin;
  const std::size_t end = text.find("*/", begin + 2);
  return end == std::string_view::npos ? end : end + 2;
}

/// The text as strict JSON, with spaces in place of comments and of the commas that nothing follows. It is as
/// long as before, so that an offset in it is one in the text.
std::string as_strict_json(std::string_view text, const std::string& where) {
  constexpr std::size_t none = std::string_view::npos;
  std::string strict(text);
  bool after_value = false;  // what was last read, comments and white space apart, may end a value
  std::size_t comma = none;  // that was last read, behind a value
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (const std::size_t end = end_of_comment(text, i); end != i) {
      if (end == none)
        throw SyntaxError(
            ErrorKind::bad_input,
            fmt::format("{}: {}: syntax error: the comment is never closed", where, position(text, i)));
      std::fill(strict.begin() + static_cast<std::ptrdiff_t>(i),
                strict.begin() + static_cast<std::ptrdiff_t>(end), ' ');
      i = end;
      continue;
    }
    if (c == '"') {
      i = end_of_string(text, i);
      after_value = true;
      comma = none;
      continue;
    }
    ++i;
    if (json_blanks.find(c) != none) continue;
    if ((c == ']' || c == '}') && comma != none) strict[comma] = ' ';
    comma = c == ',' && after_value ? i - 1 : none;
    after_value = std::string_view("[{,:").find(c) == none;
  }
  return strict;
}

/// `strict`: what the library reads; `text`: what messages are about, with the same offsets.
Json parse_as(std::string_view strict, std::string_view text, const std::string& where) {
  // The library takes a NUL byte for the end of the text and would not see what follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    throw SyntaxError(ErrorKind::bad_input,
                      fmt::format("{}: {}: syntax error: unexpected NUL byte", where, position(text, nul)));

  std::vector<std::set<std::string>> keys;  // of the objects that are open, outermost first
  std::string key;
  const auto check = [&](int depth, Json::parse_event_t event, Json& parsed) {
    using Event = Json::parse_event_t;
    if ((event == Event::object_start || event == Event::array_start) && depth >= max_depth)
      throw bad_input(
          fmt::format("{}: lists and objects are nested more than {} levels deep", where, max_depth));
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::object_end) keys.pop_back();
    if (event == Event::key) {
      key = parsed.get<std::string>();
      if (!keys.back().insert(key).second)
        throw bad_input(fmt::format("{}: the key {} is given twice", where, shown(key)));
    }
    return true;
  };
  try {
    return Json::parse(strict, check);
  } catch (const Json::parse_error& error) {
    throw SyntaxError(ErrorKind::bad_input, fmt::format("{}: {}", where, syntax_error(text, error)));
  } catch (const Json::out_of_range& error) {
    // "[json.exception.out_of_range.406] number overflow parsing '1e400'"
    const std::string_view what = error.what();
    const std::size_t quote = what.find('\'');
    throw bad_input(fmt::format("{}: {}{} is out of range: no number that large can be represented", where,
                                key.empty() ? "" : key + ": ",
                                cut_short(what.substr(quote + 1, what.size() - quote - 2))));
  }
}

}  // namespace

Json parse_json(std::string_view text, const std::string& where) {
  text = without_mark(text);
  return parse_as(text, text, where);
}

Json parse_edited_json(std::string_view text, const std::string& where) {
  text = without_mark(text);
  const std::string strict = as_strict_json(text, where);
  if (strict.find_first_not_of(json_blanks) == std::string::npos)
    throw SyntaxError(ErrorKind::bad_input, where + ": the file is empty: it should hold a JSON object");
  return parse_as(strict, text, where);
}

std::string shown(const Json& value) {
  const std::string whole = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string text = cut_short(whole);
  if (value.is_array() && text.size() < whole.size()) text += fmt::format(" ({} values)", value.size());
  return text;
}

bool is_utf8(const std::string& text) {
  try {
    (void)Json(text).dump();
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

}  // namespace runner
