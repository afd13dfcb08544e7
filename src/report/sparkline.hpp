#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>

namespace runner {

/// The values at the foot of ▁ and at the head of █.
struct Scale {
  double low, high;
};

/// From the smallest to the largest finite value of some curves, but for a twentieth of them at each end, so
/// that a steep start does not flatten all the rest; and at least 2 % of the one of largest magnitude apart:
/// what hardly moves is a line in the middle.
Scale scale_of(std::initializer_list<std::span<const float>> curves);

/// A curve in block characters, ▁▂▃▄▅▆▇█: a cell for each value, or for the mean of neighbours where there
/// are more values than `cells`. A space where there is no finite value, but none at the end.
std::string sparkline(std::span<const float> curve, std::size_t cells, const Scale& scale);

}  // namespace runner
