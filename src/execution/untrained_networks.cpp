#include "untrained_networks.hpp"

#include <algorithm>

namespace runner {
namespace {

constexpr std::size_t least_kept = 16;

/// Bytes that a network takes beside its predictions, about.
constexpr std::size_t overhead = 512;

}  // namespace

UntrainedNetworks::UntrainedNetworks(const Dataset& data, const Backend& backend,
                                     const std::atomic<bool>& split, std::size_t bytes_kept)
    : data_(data),
      backend_(backend),
      split_(split),
      most_(std::max(bytes_kept / (data.test.count + overhead), least_kept)) {}

std::vector<std::shared_ptr<const UntrainedNetwork>> UntrainedNetworks::evaluate(
    std::span<const RunSpec> runs, const CohortTrainer& trainer) {
  std::vector<RunSpec> networks;
  for (const RunSpec& run : runs) networks.push_back(before_training(run));
  Known found;
  {
    const std::lock_guard lock(mutex_);
    for (const RunSpec& network : networks)
      if (const auto known = known_.find(network); known != known_.end()) found.insert(*known);
  }
  std::vector<RunSpec> missing;  // a run of each network that is not known
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (found.emplace(networks[i], nullptr).second) missing.push_back(runs[i]);
  if (missing.size() == runs.size()) {
    evaluate(missing, trainer, found);
  } else if (!missing.empty()) {
    // To initialise these once more takes less than to evaluate the others for nothing.
    evaluate(missing, CohortTrainer(data_, missing, backend_, split_), found);
  }
  if (!missing.empty()) keep(found);
  std::vector<std::shared_ptr<const UntrainedNetwork>> all;
  for (const RunSpec& network : networks) all.push_back(found.at(network));
  return all;
}

void UntrainedNetworks::evaluate(std::span<const RunSpec> runs, const CohortTrainer& trainer,
                                 Known& found) const {
  std::vector<Metrics> metrics(runs.size());
  trainer.evaluate(metrics);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const std::span<const std::uint8_t> predictions = trainer.test_predictions(i);
    found[before_training(runs[i])] = std::make_shared<const UntrainedNetwork>(
        UntrainedNetwork{metrics[i], {predictions.begin(), predictions.end()}});
  }
}

void UntrainedNetworks::keep(const Known& found) {
  const std::lock_guard lock(mutex_);
  for (const auto& one : found) {
    const auto [place, is_new] = known_.insert(one);
    if (is_new) by_age_.push_back(place);
  }
  while (by_age_.size() > most_) {
    known_.erase(by_age_.front());
    by_age_.pop_front();
  }
}

}  // namespace runner
