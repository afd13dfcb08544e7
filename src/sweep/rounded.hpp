#pragma once

namespace runner {

/// The double next to a number that is rounded to so many significant digits.
double rounded(double value, int digits);

/// Numbers that the C library has a part in (a logarithm, a power) keep so many digits: what it leaves to the
/// last bit reaches no run's digest.
inline constexpr int drawn_digits = 6;

}  // namespace runner
