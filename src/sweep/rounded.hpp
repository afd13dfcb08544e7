#pragma once

namespace runner {

/// A number rounded to `digits` significant digits, as the nearest double.
double rounded(double value, int digits);

/// How many digits are kept of numbers that the C library helps to compute (a logarithm, a power). C
/// libraries differ in the last bits only, which then reach no run's digest.
inline constexpr int drawn_digits = 6;

}  // namespace runner
