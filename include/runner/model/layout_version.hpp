#pragma once

#include "runner/model/metric.hpp"
#include "runner/model/run_spec.hpp"
#include "runner/model/versions.hpp"

#include <algorithm>

namespace runner {

/// Version of the layout of results files that is written: the newest that an axis or a metric came with.
/// A change of the layout that comes with neither raises what `newest` begins with.
inline constexpr int results_layout_version = [] {
  int newest = oldest_readable_layout;
  for_each_axis([&](const auto& axis) { newest = std::max(newest, axis.since); });
  for (const MetricInfo& line : metric_table) newest = std::max(newest, line.since);
  return newest;
}();

}  // namespace runner
