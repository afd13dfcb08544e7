#include "runner/report/curves.hpp"

#include "seeds.hpp"

#include <algorithm>
#include <utility>

namespace runner {

LearningCurves curves_of(const Runs& runs, Images images, std::span<const std::size_t> epochs) {
  LearningCurves curves;
  Runs measured =
      measured_runs(runs, epochs.empty() ? 0 : *std::max_element(epochs.begin(), epochs.end())).runs;
  if (measured.empty()) return curves;
  const Seeds seeds(std::move(measured), images);
  for (const MetricInfo& line : metric_table) {
    if (!seeds.has(line.metric)) continue;
    for (const std::size_t epoch : epochs) curves[line.metric].push_back(seeds.at(line.metric, epoch));
  }
  return curves;
}

std::vector<LearningCurves> learning_curves(const ResultsData& results, std::span<const std::size_t> epochs) {
  std::vector<LearningCurves> all;
  for (const Runs& runs : configurations_of(results))
    all.push_back(curves_of(runs, images_of(results.origin), epochs));
  return all;
}

}  // namespace runner
