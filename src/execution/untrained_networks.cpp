#include "untrained_networks.hpp"

#include <algorithm>
#include <utility>

namespace runner {
namespace {

UntrainedMetrics room_for(std::size_t networks, std::size_t test_images) {
  return {std::vector<Metrics>(networks), std::vector<std::uint8_t>(networks * test_images)};
}

void copy(const UntrainedMetrics& from, std::size_t i, UntrainedMetrics& to, std::size_t j) {
  to.metrics[j] = from.metrics[i];
  const std::span<const std::uint8_t> predictions = from.test_predictions_of(i);
  std::ranges::copy(predictions,
                    to.test_predictions.begin() + static_cast<std::ptrdiff_t>(j * predictions.size()));
}

UntrainedMetrics evaluated(const CohortTrainer& trainer, std::size_t test_images) {
  UntrainedMetrics found = room_for(trainer.size(), test_images);
  trainer.evaluate(found.metrics);
  auto to = found.test_predictions.begin();
  for (std::size_t i = 0; i < trainer.size(); ++i)
    to = std::ranges::copy(trainer.test_predictions(i), to).out;
  return found;
}

/// Whether initialising some of the runs once more takes less than evaluating the others for nothing.
bool is_cheaper_alone(std::span<const RunSpec> some, std::span<const RunSpec> all, const Dataset& data) {
  const auto units = [](std::span<const RunSpec> runs) {
    double sum = 0;
    for (const RunSpec& run : runs) sum += run.hidden_size;
    return sum;
  };
  const double images = static_cast<double>(data.train.count + data.validation.count + data.test.count);
  // A trainer takes about as long as so many images and hidden units.
  constexpr double a_trainer = 2e5;
  return images * (units(all) - units(some)) > a_trainer;
}

}  // namespace

UntrainedNetworks::UntrainedNetworks(const Dataset& data, const Backend& backend,
                                     const std::atomic<bool>& split)
    : data_(data),
      backend_(backend),
      split_(split),
      most_(std::clamp<std::size_t>((std::size_t{16} << 20) / data.test.count, 16, 256)),
      kept_(room_for(most_, data.test.count)) {
  networks_.reserve(most_);
}

UntrainedMetrics UntrainedNetworks::evaluate(std::span<const RunSpec> runs, const CohortTrainer& trainer) {
  UntrainedMetrics all = room_for(runs.size(), data_.test.count);
  // Of each network that is not known a run, and which runs begin with it.
  std::vector<RunSpec> missing;
  std::vector<std::pair<std::size_t, std::size_t>> places;
  {
    std::vector<RunSpec> networks;
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const RunSpec network = before_training(runs[i]);
      if (recall(network, i, all)) continue;
      const auto found = std::ranges::find(networks, network);
      places.emplace_back(found - networks.begin(), i);
      if (found != networks.end()) continue;
      networks.push_back(network);
      missing.push_back(runs[i]);
    }
  }
  if (missing.empty()) return all;
  if (!is_cheaper_alone(missing, runs, data_)) {
    all = evaluated(trainer, data_.test.count);
  } else {
    const UntrainedMetrics found =
        evaluated(CohortTrainer(data_, missing, backend_, split_), data_.test.count);
    for (const auto& [from, to] : places) copy(found, from, all, to);
  }
  const std::lock_guard lock(mutex_);
  for (const auto& [from, to] : places) keep(before_training(runs[to]), to, all);
  return all;
}

bool UntrainedNetworks::recall(const RunSpec& network, std::size_t to, UntrainedMetrics& found) const {
  const auto known = std::ranges::find(networks_, network);
  if (known == networks_.end()) return false;
  copy(kept_, static_cast<std::size_t>(known - networks_.begin()), found, to);
  return true;
}

void UntrainedNetworks::keep(const RunSpec& network, std::size_t from, const UntrainedMetrics& found) {
  if (std::ranges::find(networks_, network) != networks_.end()) return;
  if (networks_.size() < most_)
    networks_.push_back(network);
  else
    networks_[next_] = network;
  copy(found, from, kept_, next_);
  next_ = (next_ + 1) % most_;
}

}  // namespace runner
