#pragma once

#include "scale.hpp"

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>

namespace runner {

/// From the smallest to the largest finite value of some curves, but for a twentieth of them at each end, so
/// that a steep start does not flatten all the rest; and at least 2 % of the one of largest magnitude apart:
/// what hardly moves is a line in the middle.
Range scale_of(std::initializer_list<std::span<const float>> curves);

/// A curve in block characters, ▁▂▃▄▅▆▇█: a cell for each value, or for the mean of neighbours where there
/// are more values than `cells`. The scale is from the foot of ▁ to the head of █. A space where there is no
/// finite value, but none at the end.
std::string sparkline(std::span<const float> curve, std::size_t cells, const Range& scale);

}  // namespace runner
