#include "heat_map.hpp"

#include "colour_map.hpp"

namespace runner {

double gap_of(const ConfigurationSummary& configuration) {
  return configuration.gap.mean;
}

double test_accuracy_of(const ConfigurationSummary& configuration) {
  return configuration.last[Metric::test_accuracy].mean;
}

HeatMap heat_map(const Comparison& comparison, const MapSide& rows, const MapSide& columns,
                 const Measure& measure) {
  std::vector<std::vector<double>> numbers(rows.values * columns.values);
  for (std::size_t i = 0; i < comparison.configurations.size(); ++i) {
    const ConfigurationSummary& c = comparison.configurations[i];
    const bool has_cell = rows.at[i] < rows.values && columns.at[i] < columns.values;
    if (c.learned() && has_cell) numbers[rows.at[i] * columns.values + columns.at[i]].push_back(measure(c));
  }
  HeatMap map;
  for (const std::vector<double>& of_cell : numbers) {
    map.cells.push_back({mean(of_cell), of_cell.size(), 0});
    map.range.add(map.cells.back().mean);
  }
  for (MapCell& cell : map.cells) cell.shade = shade_of(cell.mean, map.range);
  return map;
}

}  // namespace runner
