#pragma once

#include "runner/model/metric.hpp"
#include "runner/model/run_spec.hpp"
#include "runner/model/versions.hpp"

#include <algorithm>

namespace runner {

/// The first layout of results files that may leave epochs out. In older files the coordinate `epoch` is 0,
/// 1, 2, …, and their readers assume this.
inline constexpr int epochs_with_gaps_since = 5;

/// The first layout of results files with the times of training sessions.
inline constexpr int sessions_since = 6;

/// The first layout of results files that gives the size of an image and the number of classes, and may have
/// predictions.
inline constexpr int predictions_since = 7;

/// The first layout of results files with a checksum for each recorded epoch of a run, and for its weights.
inline constexpr int checksums_since = 7;

/// The layout of results files that has the number of an image's pixels first, which need not be rows ×
/// columns, and may have a scale: how numbers became bytes (PixelScale).
inline constexpr int pixel_scale_since = 8;

/// Version of the layout of results files that is written: the newest that an axis or a metric came with.
/// A change of the layout that comes with neither raises what `newest` begins with.
inline constexpr int results_layout_version = [] {
  int newest = std::max({predictions_since, checksums_since, pixel_scale_since});
  for_each_axis([&](const auto& axis) { newest = std::max(newest, axis.since); });
  for (const MetricInfo& line : metric_table) newest = std::max(newest, line.since);
  return newest;
}();

}  // namespace runner
