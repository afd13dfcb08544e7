#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace runner {

/// From the least to the largest of some numbers.
struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  /// What is not finite is left out.
  void add(double number);
  bool empty() const { return !(low <= high); }
};

struct Tick {
  double value;
  std::string label;
};

/// Where numbers lie along an axis.
struct Scale {
  double low = 0, high = 1;  ///< low < high; above 0 if logarithmic
  bool logarithmic = false;
  std::vector<Tick> ticks{};  ///< ascending, within low … high

  /// 0 at low … 1 at high; what lies outside is put at the end, NaN at low.
  double position(double number) const;
};

/// Linear, somewhat wider than the range, with ticks at round numbers (1, 2 or 5 times a power of ten). 0 … 1
/// for an empty range.
Scale linear_scale(const Range& range, double smallest_step = 0);

/// Logarithmic, somewhat wider than the range; ticks at powers of ten, or at 1, 2 and 5 times them where
/// there are few. Of a range that is empty or not above 0, the linear one.
Scale logarithmic_scale(const Range& range);

// When an axis is logarithmic: the page and the figures ask here.

/// Of the values of a parameter, ascending: whether a logarithm spaces them more evenly.
bool is_geometric(std::span<const double> values);

/// Of losses: whether they are above 0 and spread over two powers of ten.
bool spans_orders(const Range& losses);

/// Of the values of an axis, ascending: logarithmic where is_geometric. Up to ten values are the ticks
/// themselves, with their labels.
Scale value_scale(std::span<const double> values, std::span<const std::string> labels);

/// Words, or numbers that are taken for them: label i lies at i.
Scale category_scale(std::span<const std::string> labels);

/// With so many decimals; very large numbers as "1.5×10⁷".
std::string tick_text(double number, int decimals);

}  // namespace runner
