#include "text.hpp"

#include "utf8.hpp"

#include <algorithm>

namespace runner {
namespace {

bool continues(char c) {
  return (c & 0xC0) == 0x80;
}

bool is_shown(char32_t code) {
  const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
  const bool format = code == 0xAD || code == 0x61C || (code >= 0x200B && code <= 0x200F) ||
                      (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
                      code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB) ||
                      (code >= 0xE0000 && code <= 0xE007F);
  return !control && !format;
}

}  // namespace

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

std::string cut(std::string_view text, std::size_t width) {
  std::size_t end = 0;
  for (std::size_t characters = 0; end < text.size(); ++end)
    if (!continues(text[end]) && ++characters > width) break;
  return std::string(text.substr(0, end));
}

std::string padded(std::string_view text, std::size_t width) {
  const std::size_t own = width_of(text);
  return std::string(text).append(own < width ? width - own : 0, ' ');
}

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const Character character = first_character(text);
    const std::size_t bytes = std::max<std::size_t>(character.bytes, 1);
    shown += character.bytes > 0 && is_shown(character.code) ? text.substr(0, bytes) : replacement_character;
    text.remove_prefix(bytes);
  }
  return shown;
}

}  // namespace runner
