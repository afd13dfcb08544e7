#pragma once

#include "scale.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace runner {

using Colour = std::array<std::uint8_t, 3>;  ///< sRGB

/// The colour map cividis (Nuñez, Anderton, Renslow 2018), dark blue at 0 to yellow at 1: even in lightness,
/// to all eyes and in grey.
Colour cividis(double position);

/// Steps of the colour map, from 0 to shades − 1. What page and figures colour is in one of these.
inline constexpr std::size_t shades = 256;

Colour colour_of(std::size_t shade);

/// Where a number stands between the ends of a range; in the middle, where the range is a single number.
std::size_t shade_of(double number, const Range& range);

/// "#00224e"
std::string to_string(Colour colour);

/// The relative luminance of WCAG 2: 0 black … 1 white.
double luminance(Colour colour);

/// Black or white, "#000" or "#fff": the one with more contrast to what is behind the text.
std::string_view text_colour_on(Colour background);

}  // namespace runner
