#include "text.hpp"

#include "runner/error/utf8.hpp"

#include <algorithm>

namespace runner {
namespace {

/// Takes the first character away, or a byte that is none; the places it takes.
std::size_t take_first(std::string_view& text) {
  if (static_cast<unsigned char>(text.front()) < 0x80) {  // most are, and tables are long
    text.remove_prefix(1);
    return 1;
  }
  const Character character = first_character(text);
  text.remove_prefix(std::max<std::size_t>(character.bytes, 1));
  return character.bytes > 0 ? places_of(character.code) : 1;
}

}  // namespace

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) width += take_first(text);
  return width;
}

std::string cut(std::string_view text, std::size_t width) {
  std::string_view rest = text;
  std::size_t end = 0;
  for (std::size_t used = 0; !rest.empty(); end = text.size() - rest.size()) {
    used += take_first(rest);
    if (used > width) break;
  }
  return std::string(text.substr(0, end));
}

std::string pad_right(std::string_view text, std::size_t width) {
  const std::size_t own = width_of(text);
  return std::string(text).append(own < width ? width - own : 0, ' ');
}

std::string filled(const std::vector<std::string>& phrases) {
  std::string out;
  std::size_t width = 0;
  for (const std::string& phrase : phrases) {
    const std::size_t own = width_of(phrase);
    const bool fits = width + 1 + own <= 80;
    if (width > 0) out += fits ? ' ' : '\n';
    out += phrase;
    width = width > 0 && fits ? width + 1 + own : own;
  }
  return out + '\n';
}

}  // namespace runner
