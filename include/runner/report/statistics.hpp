#pragma once

#include <cstddef>
#include <limits>
#include <span>

namespace runner {

/// The mean of some numbers, and its confidence interval.
struct Estimate {
  /// NaN if there are no numbers.
  double mean = std::numeric_limits<double>::quiet_NaN();
  /// Half the width of the 95 % confidence interval mean ± half_width, by Student's t. NaN for fewer than
  /// three numbers: for two, the interval would be 12.7 standard errors wide, and useless.
  double half_width = std::numeric_limits<double>::quiet_NaN();
  /// The smallest and the largest number; NaN if there are no numbers.
  double least = std::numeric_limits<double>::quiet_NaN();
  double most = std::numeric_limits<double>::quiet_NaN();

  bool has_interval() const { return half_width == half_width; }
  /// Whether there are two different numbers: a range, but no interval.
  bool is_range() const { return !has_interval() && least != most && least == least; }
};

/// NaN if there are no numbers.
double mean(std::span<const double> numbers);

Estimate estimate(std::span<const double> numbers);

/// The factor t of the interval mean ± t·s/√n: a quantile (97.5 % by default) of Student's t distribution
/// with n − 1 degrees of freedom. n ≥ 2.
double student_t(std::size_t n, double quantile = 0.975);

}  // namespace runner
