#pragma once

#include "runner/report/comparison.hpp"

#include "scale.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace runner {

/// Heat maps have so many rows and columns at most.
inline constexpr std::size_t most_map_values = 100;

/// A side of a heat map: which of its values each configuration has; `values` for none, so that it is in no
/// cell.
struct MapSide {
  std::size_t values = 0;
  std::vector<std::size_t> at;
};

struct MapCell {
  double mean;          ///< NaN where no configuration learned
  std::size_t learned;  ///< configurations that the mean is over
  std::size_t shade;    ///< of its colour, colour_of
};

/// A measure over two axes, as the page and the figures show it: the mean of each cell over the
/// configurations that learned, coloured from the smallest of these means to the largest.
struct HeatMap {
  std::vector<MapCell> cells;  ///< row by row
  Range range;                 ///< of the means
};

/// What a map shows of a configuration.
using Measure = std::function<double(const ConfigurationSummary&)>;
double gap_of(const ConfigurationSummary& configuration);
double test_accuracy_of(const ConfigurationSummary& configuration);

HeatMap heat_map(const Comparison& comparison, const MapSide& rows, const MapSide& columns,
                 const Measure& measure);

}  // namespace runner
