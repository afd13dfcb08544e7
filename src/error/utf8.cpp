#include "runner/error/utf8.hpp"

#include <algorithm>

#include <utf8proc.h>

namespace runner {

Character first_character(std::string_view text) {
  constexpr std::size_t most_bytes = 4;
  utf8proc_int32_t code = 0;
  const utf8proc_ssize_t bytes =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(std::min(text.size(), most_bytes)), &code);
  return bytes > 0 ? Character{static_cast<char32_t>(code), static_cast<std::size_t>(bytes)} : Character{};
}

std::size_t places_of(char32_t code) {
  const utf8proc_property_t& property = *utf8proc_get_property(static_cast<utf8proc_int32_t>(code));
  // The vowels and finals of Hangul syllables that are written in parts stand within the syllable.
  if (property.ignorable || property.boundclass == UTF8PROC_BOUNDCLASS_V ||
      property.boundclass == UTF8PROC_BOUNDCLASS_T)
    return 0;
  // utf8proc's width of these is 0; terminals give them a place.
  if (property.category == UTF8PROC_CATEGORY_MC || property.category == UTF8PROC_CATEGORY_CF) return 1;
  return property.charwidth;
}

}  // namespace runner
