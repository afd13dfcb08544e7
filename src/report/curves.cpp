#include "runner/report/curves.hpp"

#include "seeds.hpp"

#include <utility>

namespace runner {

std::vector<LearningCurves> learning_curves(const ResultsData& results, std::span<const std::size_t> epochs) {
  const bool validated = results.origin.validation_size > 0;
  std::vector<LearningCurves> all;
  for (const Runs& runs : configurations_of(results)) {
    LearningCurves& curves = all.emplace_back();
    Runs done = done_of(runs);
    if (done.empty()) continue;
    const Seeds seeds(std::move(done));
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
    if (validated) {
      curves.validation_accuracy = curve(&StoredRun::validation_accuracy);
      curves.validation_loss = curve(&StoredRun::validation_loss);
    }
  }
  return all;
}

}  // namespace runner
