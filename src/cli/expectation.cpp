#include "expectation.hpp"

#include "runner/sweep/work.hpp"

#include "clock_time.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

namespace runner::cli {
namespace {

/// The configurations of a sweep by the fractional parts of multiples of the golden ratio: the first of them,
/// however many, are spread over the sweep, and have its values about as often as all.
std::vector<std::vector<std::size_t>> spread_configurations(const Sweep& sweep) {
  std::vector<std::vector<std::size_t>> configurations = configurations_among(
      sweep.runs.size(), [&](std::size_t run) -> const RunSpec& { return sweep.runs[run].spec; });
  constexpr double golden_ratio = 0.6180339887498949;
  std::vector<std::pair<double, std::size_t>> places;
  for (std::size_t c = 0; c < configurations.size(); ++c)
    places.emplace_back(std::fmod(golden_ratio * static_cast<double>(c), 1.0), c);
  std::sort(places.begin(), places.end());
  std::vector<std::vector<std::size_t>> spread;
  for (const auto& place : places) spread.push_back(std::move(configurations[place.second]));
  return spread;
}

/// From one rung to the next all cohorts are trained before any goes on, from the states that they had at the
/// rung, which are evaluated again.
void expect_halving(const SuccessiveHalving& rule, const Sweep& sweep, const DatasetFacts& data,
                    std::size_t threads, const Calibration& calibration, Expectation& expectation) {
  const std::vector<std::vector<std::size_t>> configurations = spread_configurations(sweep);
  const int epochs = sweep.config.epochs;
  const std::vector<int> by_rank = epochs_by_rank(rule, configurations.size(), epochs);
  const RecordedEpochs recorded = sweep.config.recorded_epochs();
  const auto cost_of = [&](std::size_t count) {  // of one of the first so many configurations, on average
    double cost = 0;
    for (std::size_t c = 0; c < count; ++c)
      for (const std::size_t run : configurations[c]) cost += run_cost(sweep.runs[run].spec, data);
    return cost / static_cast<double>(count);
  };
  const double usual_cost = cost_of(configurations.size());
  std::vector<int> stages = rungs_of(rule, epochs);
  stages.push_back(epochs);
  double trained = 0, evaluated = 0;
  expectation.seconds = 0;
  int from = 0;
  for (const int to : stages) {
    const auto count = static_cast<std::size_t>(
        std::count_if(by_rank.begin(), by_rank.end(), [&](int last) { return last >= to; }));
    std::vector<std::size_t> runs;
    for (std::size_t c = 0; c < count; ++c)
      runs.insert(runs.end(), configurations[c].begin(), configurations[c].end());
    std::sort(runs.begin(), runs.end());
    const std::vector<int> done(sweep.runs.size(), from);
    expectation.seconds +=
        calibration.expected_seconds(sweep, make_cohorts(sweep, data, runs, done, threads), to) * usual_cost /
        cost_of(count);
    trained += static_cast<double>(count) * (to - from);
    evaluated +=
        static_cast<double>(count * (recorded.count_to(to) - (from == 0 ? 1 : recorded.count_to(from - 1))));
    from = to;
  }
  const auto all = static_cast<double>(configurations.size());
  expectation.share = trained / (all * epochs);
  expectation.share_of_evaluations = evaluated / (all * static_cast<double>(recorded.size() - 1));
  expectation.epochs *= expectation.share;
}

}  // namespace

std::vector<Cohort> cohorts_of(const Remainder& remainder, const DatasetFacts& data, std::size_t threads) {
  return make_cohorts(remainder.sweep, data, remainder.runs, remainder.epochs, threads);
}

std::string Expectation::time() const {
  return fmt::format("{} {}", is_bound ? "at most" : "about", clock_time(std::max(seconds, 1.0)));
}

Expectation expectation_of(const Remainder& remainder, const DatasetFacts& data, std::size_t threads,
                           std::span<const Cohort> cohorts, const Calibration& calibration) {
  const Sweep& sweep = remainder.sweep;
  Expectation expectation{calibration.expected_seconds(sweep, cohorts), 0, 1, 1, false};
  for (const std::size_t run : remainder.runs)
    expectation.epochs += sweep.config.epochs - remainder.epochs[run];
  const auto& rule = sweep.config.early_stopping;
  if (!rule) return expectation;
  const auto* halving = std::get_if<SuccessiveHalving>(&*rule);
  const bool is_new =
      remainder.runs.size() == sweep.runs.size() &&
      std::all_of(remainder.epochs.begin(), remainder.epochs.end(), [](int epoch) { return epoch == 0; });
  if (halving != nullptr && is_new)
    expect_halving(*halving, sweep, data, threads, calibration, expectation);
  else
    expectation.is_bound = true;
  return expectation;
}

}  // namespace runner::cli
