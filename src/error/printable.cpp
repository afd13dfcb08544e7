#include "runner/error/printable.hpp"

#include "runner/error/utf8.hpp"

#include <algorithm>
#include <array>

namespace runner {
namespace {

/// Unicode's controls, what it calls default-ignorable, and its noncharacters; ascending. Variation selectors
/// and joiners stay: emoji, Persian and Indian scripts need them, and they change nothing but a shape.
constexpr auto unprintable = std::to_array<CodeRange>(
    {{0x0, 0x1F},        {0x7F, 0x9F},       {0xAD, 0xAD},      {0x34F, 0x34F},     {0x61C, 0x61C},
     {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},  {0x200B, 0x200B},   {0x200E, 0x200F},
     {0x2028, 0x202E},   {0x2060, 0x206F},   {0x3164, 0x3164},  {0xD800, 0xDFFF},   {0xFDD0, 0xFDEF},
     {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},  {0x13430, 0x13438}, {0x1BCA0, 0x1BCA3},
     {0x1D173, 0x1D17A}, {0xE0000, 0xE00FF}, {0xE01F0, 0xE0FFF}});

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
  if ((code & 0xFFFE) == 0xFFFE || code > 0x10FFFF) return false;  // the last two of each plane
  return !holds(unprintable, code);
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
