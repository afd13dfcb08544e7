#include "runner/report/curves.hpp"

#include "seeds.hpp"

#include <algorithm>
#include <utility>

namespace runner {

LearningCurves curves_of(const Runs& runs, Images images, const RecordedEpochs& recorded,
                         std::span<const std::size_t> places) {
  LearningCurves curves;
  const std::size_t last = places.empty() ? 0 : *std::max_element(places.begin(), places.end());
  Runs measured = measured_runs(runs, recorded.up_to(recorded[last])).runs;
  if (measured.empty()) return curves;
  const Seeds seeds(std::move(measured), images);
  for (const MetricInfo& line : metric_table) {
    if (!seeds.has(line.metric)) continue;
    for (const std::size_t place : places) curves[line.metric].push_back(seeds.at(line.metric, place));
  }
  return curves;
}

std::vector<LearningCurves> learning_curves(const ResultsData& results, std::span<const std::size_t> places) {
  std::vector<LearningCurves> all;
  for (const Runs& runs : configurations_of(results))
    all.push_back(curves_of(runs, images_of(results.origin), results.recorded, places));
  return all;
}

}  // namespace runner
