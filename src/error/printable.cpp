#include "runner/error/printable.hpp"

#include "runner/error/utf8.hpp"

#include <algorithm>

#include <utf8proc.h>

namespace runner {
namespace {

/// Default-ignorable, but emoji, Persian and Indian scripts need them, and they change nothing but a shape.
bool is_selector_or_joiner(char32_t code) {
  return (code >= 0xFE00 && code <= 0xFE0F) || (code >= 0xE0100 && code <= 0xE01EF) || code == 0x200C ||
         code == 0x200D;
}

bool is_noncharacter(char32_t code) {
  return (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF);
}

template <class Kept>
std::string shown(std::string_view text, const Kept& is_kept) {
  std::string all;
  while (!text.empty()) {
    const Character character = first_character(text);
    const std::size_t bytes = std::max<std::size_t>(character.bytes, 1);
    const bool good = character.bytes > 0 && (is_printable(character.code) || is_kept(character.code));
    all += good ? text.substr(0, bytes) : replacement_character;
    text.remove_prefix(bytes);
  }
  return all;
}

}  // namespace

bool is_printable(char32_t code) {
  if (is_selector_or_joiner(code)) return true;
  const utf8proc_property_t& property = *utf8proc_get_property(static_cast<utf8proc_int32_t>(code));
  switch (property.boundclass) {
    case UTF8PROC_BOUNDCLASS_CR:
    case UTF8PROC_BOUNDCLASS_LF:
    case UTF8PROC_BOUNDCLASS_CONTROL:
      return false;
    default:
      return code <= 0x10FFFF && !property.ignorable && !is_noncharacter(code);
  }
}

std::string printable(std::string_view text) {
  return shown(text, [](char32_t) { return false; });
}

std::string printable_lines(std::string_view text) {
  std::string lines;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!text.substr(i).starts_with("\r\n")) lines += text[i];
  return shown(lines, [](char32_t code) { return code == '\n' || code == '\t'; });
}

}  // namespace runner
