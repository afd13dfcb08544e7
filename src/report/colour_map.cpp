#include "colour_map.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

namespace runner {
namespace {

// At 0, 0.1, … 1.
constexpr std::array<Colour, 11> anchors{{{0, 34, 78},
                                          {12, 52, 112},
                                          {53, 69, 108},
                                          {79, 87, 108},
                                          {102, 105, 112},
                                          {125, 124, 120},
                                          {148, 142, 119},
                                          {173, 162, 114},
                                          {200, 184, 102},
                                          {229, 207, 82},
                                          {254, 232, 56}}};

/// Where black and white have the same contrast: (L + 0.05) / 0.05 = 1.05 / (L + 0.05).
constexpr double as_far_from_black_as_from_white = 0.179;

double linear(std::uint8_t channel) {
  const double c = channel / 255.0;
  return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

}  // namespace

Colour cividis(double position) {
  // NaN goes the way of 0: no integer stands for it.
  const double at = (position > 0 ? std::min(position, 1.0) : 0.0) * (anchors.size() - 1);
  const auto below = std::min(static_cast<std::size_t>(at), anchors.size() - 2);
  const double share = at - static_cast<double>(below);
  Colour colour{};
  for (std::size_t c = 0; c < 3; ++c)
    colour[c] = static_cast<std::uint8_t>(
        std::lround((1 - share) * anchors[below][c] + share * anchors[below + 1][c]));
  return colour;
}

Colour colour_of(std::size_t shade) {
  return cividis(static_cast<double>(shade) / (shades - 1));
}

std::size_t shade_of(double number, const Range& range) {
  const double span = range.high - range.low, position = span > 0 ? (number - range.low) / span : 0.5;
  return static_cast<std::size_t>(std::lround((position > 0 ? std::min(position, 1.0) : 0.0) * (shades - 1)));
}

std::string to_string(Colour colour) {
  return fmt::format("#{:02x}{:02x}{:02x}", colour[0], colour[1], colour[2]);
}

double luminance(Colour colour) {
  return 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
}

std::string_view text_colour_on(Colour background) {
  return luminance(background) > as_far_from_black_as_from_white ? "#000" : "#fff";
}

}  // namespace runner
