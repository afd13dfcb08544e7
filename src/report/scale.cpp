#include "scale.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

namespace runner {
namespace {

constexpr double padding = 0.04;  // of the range, on both sides
constexpr double steps = 7;       // at most about so many
constexpr std::size_t most_values_as_ticks = 10;
constexpr double orders = 100;  // between losses on a logarithmic scale

/// "10⁻³"
std::string power_of_ten(int exponent) {
  constexpr std::array<std::string_view, 10> digits{"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = "10";
  for (const char c : fmt::format("{}", exponent))
    text += c == '-' ? "⁻" : digits[static_cast<std::size_t>(c - '0')];
  return text;
}

// Numbers beyond are drawn at these ends, so that sums and differences of any two are finite.
constexpr double largest_drawn = 1e280, smallest_drawn = 1e-280;

/// Of a number that is finite and not 0.
int magnitude(double number) {
  return static_cast<int>(std::floor(std::log10(std::abs(number))));
}

/// The smallest of 1, 2, 5, 10 times a power of ten that is not below `least`.
double round_step(double least) {
  const double power = std::pow(10, magnitude(least));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= least * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

/// 10^exponent times 1, 2 or 5.
std::string logarithmic_text(int factor, int exponent) {
  if (exponent >= -4 && exponent <= 4) return fmt::format("{}", factor * std::pow(10, exponent));
  return (factor == 1 ? std::string() : fmt::format("{}×", factor)) + power_of_ten(exponent);
}

/// The largest share of the whole that lies between two neighbours, after a transformation.
template <class Function>
double widest_step(std::span<const double> values, const Function& of) {
  double widest = 0;
  for (std::size_t i = 1; i < values.size(); ++i)
    widest = std::max(widest, of(values[i]) - of(values[i - 1]));
  return widest / (of(values.back()) - of(values.front()));
}

}  // namespace

void Range::add(double number) {
  if (!std::isfinite(number)) return;
  low = std::min(low, number);
  high = std::max(high, number);
}

double Scale::position(double number) const {
  const double share = logarithmic ? (std::log(number) - std::log(low)) / (std::log(high) - std::log(low))
                                   : (number - low) / (high - low);
  return share > 0 ? std::min(share, 1.0) : 0;
}

Scale linear_scale(const Range& wanted, double smallest_step) {
  if (wanted.empty()) return linear_scale({0, 1}, smallest_step);
  const Range range{std::clamp(wanted.low, -largest_drawn, largest_drawn),
                    std::clamp(wanted.high, -largest_drawn, largest_drawn)};
  const double largest = std::max(std::abs(range.low), std::abs(range.high));
  double room = padding * (range.high - range.low);
  if (range.high - range.low <= 1e-9 * largest) room = largest * 0.05;
  if (room < smallest_drawn) room = 0.5;
  Scale scale{range.low - room, range.high + room};

  const double step = std::max(round_step((scale.high - scale.low) / steps), smallest_step);
  const int decimals = std::max(0, -magnitude(step * (1 + 1e-9)));
  const auto last = static_cast<long>(std::floor(scale.high / step));
  for (auto i = static_cast<long>(std::ceil(scale.low / step)); i <= last; ++i) {
    const double value = static_cast<double>(i) * step;
    scale.ticks.push_back({value, tick_text(value, decimals)});
  }
  return scale;
}

Scale logarithmic_scale(const Range& wanted) {
  if (wanted.empty() || wanted.high <= 0) return linear_scale(wanted);
  const Range range{std::clamp(wanted.low, smallest_drawn, largest_drawn),
                    std::clamp(wanted.high, smallest_drawn, largest_drawn)};
  const double factor = std::max(std::exp(padding * (std::log(range.high) - std::log(range.low))), 1.05);
  Scale scale{range.low / factor, range.high * factor, true};
  const int first = magnitude(scale.low), last = magnitude(scale.high);
  const int each = std::max(1, static_cast<int>(std::ceil((last - first) / steps)));
  const bool few = last - first < 3;
  for (int exponent = first; exponent <= last; ++exponent) {
    if (exponent % each != 0) continue;
    for (const int times : {1, 2, 5}) {
      if (times > 1 && !few) continue;
      const double value = times * std::pow(10, exponent);
      if (value >= scale.low && value <= scale.high)
        scale.ticks.push_back({value, logarithmic_text(times, exponent)});
    }
  }
  return scale;
}

bool is_geometric(std::span<const double> values) {
  if (values.empty() || values.front() <= 0) return false;
  if (values.size() < 3) return values.back() >= 10 * values.front();
  return widest_step(values, [](double x) { return std::log(x); }) < widest_step(
                                                                         values, [](double x) { return x; });
}

bool spans_orders(const Range& losses) {
  return losses.low > 0 && losses.high >= orders * losses.low;
}

Scale value_scale(std::span<const double> values, std::span<const std::string> labels) {
  Range range;
  for (const double value : values) range.add(value);
  Scale scale = is_geometric(values) ? logarithmic_scale(range) : linear_scale(range);
  if (values.size() > most_values_as_ticks) return scale;
  scale.ticks.clear();
  for (std::size_t i = 0; i < values.size(); ++i) scale.ticks.push_back({values[i], labels[i]});
  return scale;
}

Scale category_scale(std::span<const std::string> labels) {
  Scale scale{-0.5, static_cast<double>(labels.size()) - 0.5};
  for (std::size_t i = 0; i < labels.size(); ++i) scale.ticks.push_back({static_cast<double>(i), labels[i]});
  return scale;
}

std::string tick_text(double number, int decimals) {
  if (!std::isfinite(number)) return fmt::format("{}", number);
  if (std::abs(number) < 1e6) return fmt::format("{:.{}f}", number, decimals);
  const int exponent = magnitude(number);
  return fmt::format("{}×{}", fmt::format("{:.4g}", number / std::pow(10, exponent)), power_of_ten(exponent));
}

}  // namespace runner
