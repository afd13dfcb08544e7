#include "runner/report/curves.hpp"

#include "seeds.hpp"

#include <algorithm>
#include <utility>

namespace runner {

LearningCurves curves_of(const Runs& runs, Images images, std::span<const std::size_t> epochs) {
  LearningCurves curves;
  Runs measured =
      measured_of(runs, epochs.empty() ? 0 : *std::max_element(epochs.begin(), epochs.end())).runs;
  if (measured.empty()) return curves;
  const Seeds seeds(std::move(measured), images);
  const auto curve = [&](Seeds::Metric metric) {
    Curve estimates;
    estimates.reserve(epochs.size());
    for (const std::size_t epoch : epochs) estimates.push_back(seeds.at(metric, epoch));
    return estimates;
  };
  curves.train_accuracy = curve(&StoredRun::train_accuracy);
  curves.test_accuracy = curve(&StoredRun::test_accuracy);
  curves.train_loss = curve(&StoredRun::train_loss);
  curves.test_loss = curve(&StoredRun::test_loss);
  if (images.validation > 0) {
    curves.validation_accuracy = curve(&StoredRun::validation_accuracy);
    curves.validation_loss = curve(&StoredRun::validation_loss);
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
