#include "runner/report/comparison.hpp"

#include "runner/error/error.hpp"

#include "columns.hpp"
#include "judgement.hpp"
#include "seeds.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

/// Half the width of the 95 % interval of an accuracy's difference, over other images like these; 0 where
/// their number is not known.
double image_noise(double train_accuracy, double test_accuracy, const Origin& origin) {
  if (origin.train_size == 0 || origin.test_size == 0) return 0;
  constexpr double normal = 1.96;
  const auto variance = [](double share, std::size_t images) {
    return share * (1 - share) / static_cast<double>(images);
  };
  return normal *
         std::sqrt(variance(train_accuracy, origin.train_size) + variance(test_accuracy, origin.test_size));
}

void measure(const Seeds& seeds, bool validated, std::size_t last, const Origin& origin,
             const Baseline& baseline, ConfigurationSummary& summary) {
  summary.train_accuracy = seeds.at(&StoredRun::train_accuracy, last);
  summary.test_accuracy = seeds.at(&StoredRun::test_accuracy, last);
  summary.gap = seeds.difference(&StoredRun::train_accuracy, last, &StoredRun::test_accuracy, last);
  const double half = std::isnan(summary.gap.half_width) ? 0 : summary.gap.half_width;
  summary.gap_is_sure = summary.gap.mean > std::max(half, image_noise(summary.train_accuracy.mean,
                                                                      summary.test_accuracy.mean, origin));
  summary.train_loss = seeds.at(&StoredRun::train_loss, last);
  summary.test_loss = seeds.at(&StoredRun::test_loss, last);
  if (validated) {
    summary.validation_accuracy = seeds.at(&StoredRun::validation_accuracy, last);
    summary.validation_loss = seeds.at(&StoredRun::validation_loss, last);
  }

  const Seeds::Metric accuracy = chosen_accuracy(validated), loss = chosen_loss(validated);
  const std::vector<double> accuracies = seeds.curve(accuracy);
  const auto best =
      static_cast<std::size_t>(std::max_element(accuracies.begin(), accuracies.end()) - accuracies.begin());
  summary.best_epoch = static_cast<int>(best);
  summary.best_accuracy = seeds.at(accuracy, best);
  summary.best_test_accuracy = seeds.at(&StoredRun::test_accuracy, best);

  const Judgement judgement = judge(seeds.runs(), loss, last, baseline);
  summary.verdict = judgement.verdict;
  summary.overfits_from = judgement.overfits_from;
  summary.stop_epoch = judgement.stop_epoch;
  summary.stopping_gain =
      seeds.difference(&StoredRun::test_accuracy, static_cast<std::size_t>(judgement.stop_epoch),
                       &StoredRun::test_accuracy, last);
}

ConfigurationSummary summarise(const Runs& runs, bool validated, std::size_t last, const Origin& origin,
                               const Baseline& baseline) {
  ConfigurationSummary summary;
  summary.spec = runs.front()->run.spec;
  summary.seeds = runs.size();
  for (const StoredRun* run : runs)
    if (run->status == RunStatus::diverged) ++summary.diverged;
  Runs done = done_of(runs);
  summary.done = done.size();
  if (!done.empty()) measure(Seeds(std::move(done)), validated, last, origin, baseline, summary);
  // Numbers of the others are of no use as a verdict on all.
  if (summary.diverged > summary.done) {
    summary.verdict = Verdict::diverged;
    summary.overfits_from = -1;
  }
  return summary;
}

/// Of those that obey a condition.
template <class Condition>
std::optional<std::size_t> largest(const std::vector<ConfigurationSummary>& configurations,
                                   Estimate ConfigurationSummary::*estimate, const Condition& condition) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < configurations.size(); ++i) {
    if (!condition(configurations[i])) continue;
    const double mean = (configurations[i].*estimate).mean;
    if (!std::isnan(mean) && (!found || mean > (configurations[*found].*estimate).mean)) found = i;
  }
  return found;
}

}  // namespace

Comparison compare(std::span<const ResultsData> files) {
  Comparison comparison;
  comparison.validated = std::all_of(files.begin(), files.end(), [](const ResultsData& results) {
    return results.origin.validation_size > 0;
  });
  for (const ResultsData& results : files) {
    const std::array baselines{baseline_of(results, Loss::cross_entropy),
                               baseline_of(results, Loss::mean_squared_error)};
    for (const Runs& runs : configurations_of(results)) {
      comparison.configurations.push_back(
          summarise(runs, comparison.validated, static_cast<std::size_t>(results.epochs), results.origin,
                    baselines[static_cast<std::size_t>(runs.front()->run.spec.loss)]));
      comparison.configurations.back().file = comparison.names.size();
    }
    comparison.names.push_back(results.name);
    comparison.epochs = std::max(comparison.epochs, results.epochs);
  }
  return comparison;
}

Comparison compare(const ResultsData& results) {
  return compare({&results, 1});
}

std::string_view Comparison::chosen_by() const {
  return chosen_set(validated);
}

std::optional<std::size_t> Comparison::widest_gap() const {
  return largest(configurations, &ConfigurationSummary::gap,
                 [](const ConfigurationSummary& c) { return c.learned() && c.gap_is_sure; });
}

std::optional<std::size_t> Comparison::best() const {
  return largest(configurations, &ConfigurationSummary::best_accuracy,
                 [](const ConfigurationSummary& c) { return c.learned() && c.best_epoch > 0; });
}

std::vector<std::string_view> comparison_columns() {
  std::vector<std::string_view> names;
  for (const Column& column : all_columns()) names.push_back(column.name);
  return names;
}

void sort(Comparison& comparison, std::string_view name) {
  const std::vector<Column> columns = all_columns();
  const auto column =
      std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; });
  if (column == columns.end())
    throw bad_input(fmt::format("cannot sort by \"{}\": the columns are {}", name,
                                fmt::join(comparison_columns(), ", ")));

  const auto before = [&](const ConfigurationSummary& a, const ConfigurationSummary& b) {
    const double x = column->value(a), y = column->value(b);
    if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);
    return column->of_merit ? x > y : x < y;
  };
  std::stable_sort(comparison.configurations.begin(), comparison.configurations.end(), before);
}

}  // namespace runner
