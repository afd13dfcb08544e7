#include "sparkline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>
#include <vector>

namespace runner {
namespace {

constexpr std::array<std::string_view, 8> blocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

double mean_of_finite(std::span<const float> values) {
  double sum = 0, count = 0;
  for (const float value : values)
    if (std::isfinite(value)) sum += value, ++count;
  return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

Range scale_of(std::initializer_list<std::span<const float>> curves) {
  std::vector<double> values;
  for (const std::span<const float> curve : curves)
    std::copy_if(curve.begin(), curve.end(), std::back_inserter(values),
                 [](float value) { return std::isfinite(value); });
  if (values.empty()) return {0, 1};
  std::sort(values.begin(), values.end());
  const std::size_t outliers = values.size() / 20;
  const double low = values[outliers], high = values[values.size() - 1 - outliers];
  const double least = std::max(std::abs(low), std::abs(high)) * 0.02;
  if (high - low >= least && high > low) return {low, high};
  const double middle = (low + high) / 2, half = least > 0 ? least / 2 : 0.5;
  return {middle - half, middle + half};
}

std::string sparkline(std::span<const float> curve, std::size_t cells, const Range& scale) {
  cells = std::min(cells, curve.size());
  std::string line;
  for (std::size_t c = 0; c < cells; ++c) {
    const std::size_t begin = c * curve.size() / cells, end = (c + 1) * curve.size() / cells;
    const double value = mean_of_finite(curve.subspan(begin, end - begin));
    if (std::isnan(value)) {
      line += ' ';
      continue;
    }
    const double level =
        scale.empty() ? 0 : std::floor((value - scale.low) / (scale.high - scale.low) * blocks.size());
    line += blocks[static_cast<std::size_t>(std::clamp(level, 0.0, blocks.size() - 1.0))];
  }
  line.resize(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace runner
