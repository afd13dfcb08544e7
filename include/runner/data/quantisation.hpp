#pragma once

#include "runner/model/dataset_facts.hpp"

#include <cstdint>

namespace runner {

/// With "standardise", a column's bytes 0 and 255 are its mean minus and plus so many standard deviations.
inline constexpr double standardised_deviations = 3;

/// The byte of a number by PixelScale's formula. `number` is finite.
inline std::uint8_t to_byte(double number, double offset, double step) {
  const double place = step > 0 ? (number - offset) / step : 0;
  const double inside = place < 0 ? 0 : place > 255 ? 255 : place;
  return static_cast<std::uint8_t>(static_cast<std::int32_t>(inside + 0.5));
}

/// Whether a number is farther than half a step from all numbers that bytes stand for. Where the step is 0,
/// these are the offset alone.
inline bool is_outside(double number, double offset, double step) {
  if (!(step > 0)) return number != offset;
  const double place = (number - offset) / step;
  return place < -0.5 || place > 255.5;
}

/// The most by which a number that is not outside differs from that of its byte: half the largest step.
double largest_loss(const PixelScale& scale);

}  // namespace runner
