#include "runner/sweep/early_stopping.hpp"

#include "runner/sweep/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

namespace runner {
namespace {

/// The smaller the better.
double cost_of(Metric metric, float value) {
  return info(metric).quantity == Quantity::loss ? static_cast<double>(value) : -static_cast<double>(value);
}

/// The mean over the seeds, ∞ where one of them has no finite value; nothing where one has not come so far.
std::optional<double> mean_cost(const SuccessiveHalving& rule, std::span<const std::size_t> seeds, int rung,
                                const RungValue& value) {
  double sum = 0;
  for (const std::size_t run : seeds) {
    const std::optional<float> its = value(run, rung);
    if (!its) return std::nullopt;
    sum += std::isfinite(*its) ? cost_of(rule.metric, *its) : std::numeric_limits<double>::infinity();
  }
  return sum / static_cast<double>(seeds.size());
}

/// How many of the configurations at a rung go on from there.
std::size_t going_on_of(const SuccessiveHalving& rule, std::size_t configurations) {
  return std::min(configurations,
                  std::max<std::size_t>(1, configurations / static_cast<std::size_t>(rule.eta)));
}

}  // namespace

bool PatienceCounter::add(int epoch, float value) {
  if (fulfilled_ || epoch == 0) return fulfilled_;
  if (const double cost = cost_of(rule_.metric, value); cost < best_ - rule_.min_delta) {
    best_ = cost;
    improved_ = epoch;
  }
  fulfilled_ = epoch - improved_ >= rule_.patience;
  return fulfilled_;
}

std::optional<int> stop_epoch(const Patience& rule, const RecordedEpochs& looked_at,
                              const RecordedEpochs& recorded, std::span<const float> curve) {
  PatienceCounter counter(rule);
  for (std::size_t i = 0; i < curve.size() && recorded[i] < looked_at.last(); ++i)
    if (looked_at.contains(recorded[i]) && counter.add(recorded[i], curve[i])) return recorded[i];
  return std::nullopt;
}

std::vector<int> rungs_of(const SuccessiveHalving& rule, int epochs) {
  std::vector<int> rungs;
  for (std::int64_t rung = rule.min_epochs; rung < epochs; rung *= rule.eta)
    rungs.push_back(static_cast<int>(rung));
  return rungs;
}

std::vector<int> epochs_by_rank(const SuccessiveHalving& rule, std::size_t configurations, int epochs) {
  std::vector<int> by_rank(configurations, epochs);
  std::size_t left = configurations;
  for (const int rung : rungs_of(rule, epochs)) {
    const std::size_t kept = going_on_of(rule, left);
    for (std::size_t rank = kept; rank < left; ++rank) by_rank[rank] = rung;
    left = kept;
  }
  return by_rank;
}

HalvingStanding standing_of(const SuccessiveHalving& rule, std::span<const Run> runs, int epochs,
                            const RungValue& value) {
  HalvingStanding standing{std::vector<int>(runs.size(), 0), epochs};
  std::vector<std::vector<std::size_t>> left =
      configurations_among(runs.size(), [&](std::size_t run) -> const RunSpec& { return runs[run].spec; });
  for (const int rung : rungs_of(rule, epochs)) {
    std::vector<double> costs;
    for (const std::vector<std::size_t>& seeds : left) {
      const std::optional<double> cost = mean_cost(rule, seeds, rung, value);
      if (!cost) {
        standing.next = rung;
        return standing;
      }
      costs.push_back(*cost);
    }
    std::vector<std::size_t> order(left.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return costs[a] < costs[b]; });
    const std::size_t kept = going_on_of(rule, left.size());
    for (std::size_t i = kept; i < order.size(); ++i)
      for (const std::size_t run : left[order[i]]) standing.stopped_at[run] = rung;
    order.resize(kept);
    std::sort(order.begin(), order.end());
    std::vector<std::vector<std::size_t>> going_on;
    for (const std::size_t i : order) going_on.push_back(std::move(left[i]));
    left = std::move(going_on);
  }
  return standing;
}

}  // namespace runner
