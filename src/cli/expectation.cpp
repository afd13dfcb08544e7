#include "expectation.hpp"

#include "clock_time.hpp"

#include <algorithm>
#include <numeric>
#include <variant>

#include <fmt/format.h>

namespace runner::cli {

std::vector<Cohort> cohorts_of(const Remainder& remainder, const DatasetFacts& data, std::size_t threads) {
  return make_cohorts(remainder.sweep, data, remainder.runs, remainder.epochs, threads);
}

std::string Expectation::time() const {
  return fmt::format("{} {}", is_bound ? "at most" : "about", clock_time(std::max(seconds, 1.0)));
}

Expectation expectation_of(const Remainder& remainder, std::span<const Cohort> cohorts,
                           const Calibration& calibration) {
  const Sweep& sweep = remainder.sweep;
  Expectation expectation{calibration.expected_seconds(sweep, cohorts), 0, 1, false};
  for (const std::size_t run : remainder.runs)
    expectation.epochs += sweep.config.epochs - remainder.epochs[run];
  const auto& rule = sweep.config.early_stopping;
  if (!rule) return expectation;
  const auto* halving = std::get_if<SuccessiveHalving>(&*rule);
  const bool is_new =
      remainder.runs.size() == sweep.runs.size() &&
      std::all_of(remainder.epochs.begin(), remainder.epochs.end(), [](int epoch) { return epoch == 0; });
  if (halving == nullptr || !is_new) {
    expectation.is_bound = true;
    return expectation;
  }
  const std::size_t configurations =
      configurations_among(sweep.runs.size(), [&](std::size_t run) -> const RunSpec& {
        return sweep.runs[run].spec;
      }).size();
  const std::vector<int> by_rank = epochs_by_rank(*halving, configurations, sweep.config.epochs);
  expectation.share = std::accumulate(by_rank.begin(), by_rank.end(), 0.0) /
                      (static_cast<double>(configurations) * sweep.config.epochs);
  expectation.seconds *= expectation.share;
  expectation.epochs *= expectation.share;
  return expectation;
}

}  // namespace runner::cli
