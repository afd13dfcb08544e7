#include "runner/report/comparison.hpp"

#include "runner/error/error.hpp"

#include "columns.hpp"
#include "seeds.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

/// The first epoch of those at the end after all of which the loss lies above that after `minimum` by more
/// than its noise; −1 if there is none.
int onset(const Seeds& seeds, Seeds::Metric loss, std::size_t minimum, std::size_t last) {
  std::vector<Estimate> rises;  // after each later epoch
  for (std::size_t e = minimum + 1; e <= last; ++e) rises.push_back(seeds.difference(loss, e, loss, minimum));
  // One noise for all of them: of few seeds that of a single epoch is hardly known.
  double squares = 0;
  for (const Estimate& rise : rises)
    if (!std::isnan(rise.half_width)) squares += rise.half_width * rise.half_width;
  const double noise = rises.empty() ? 0 : std::sqrt(squares / static_cast<double>(rises.size()));
  std::size_t first = last + 1;
  while (first > minimum + 1 && rises[first - minimum - 2].mean > noise) --first;
  return first > last ? -1 : static_cast<int>(first);
}

void measure(const Seeds& seeds, bool validated, std::size_t last, ConfigurationSummary& summary) {
  summary.train_accuracy = seeds.at(&StoredRun::train_accuracy, last);
  summary.test_accuracy = seeds.at(&StoredRun::test_accuracy, last);
  summary.gap = seeds.difference(&StoredRun::train_accuracy, last, &StoredRun::test_accuracy, last);
  summary.train_loss = seeds.at(&StoredRun::train_loss, last);
  summary.test_loss = seeds.at(&StoredRun::test_loss, last);
  if (validated) {
    summary.validation_accuracy = seeds.at(&StoredRun::validation_accuracy, last);
    summary.validation_loss = seeds.at(&StoredRun::validation_loss, last);
  }

  const Seeds::Metric accuracy = chosen_accuracy(validated), loss = chosen_loss(validated);
  const std::vector<double> accuracies = seeds.curve(accuracy), losses = seeds.curve(loss);
  const auto best =
      static_cast<std::size_t>(std::max_element(accuracies.begin(), accuracies.end()) - accuracies.begin());
  summary.best_epoch = static_cast<int>(best);
  summary.best_accuracy = seeds.at(accuracy, best);
  summary.best_test_accuracy = seeds.at(&StoredRun::test_accuracy, best);

  // Searched from the end, so that a loss that stays at its minimum has not passed it.
  const auto minimum =
      static_cast<std::size_t>(losses.rend() - std::min_element(losses.rbegin(), losses.rend()) - 1);
  summary.stop_epoch = static_cast<int>(minimum);
  summary.overfits_from = onset(seeds, loss, minimum, last);
  summary.verdict = summary.overfits_from < 0 ? Verdict::fits : Verdict::overfits;
  summary.stopping_gain =
      seeds.difference(&StoredRun::test_accuracy, minimum, &StoredRun::test_accuracy, last);
}

ConfigurationSummary summarise(const Runs& runs, bool validated, std::size_t last) {
  ConfigurationSummary summary;
  summary.spec = runs.front()->run.spec;
  summary.seeds = runs.size();
  for (const StoredRun* run : runs)
    if (run->status == RunStatus::diverged) ++summary.diverged;
  Runs done = done_of(runs);
  summary.done = done.size();
  if (done.empty()) summary.verdict = summary.diverged > 0 ? Verdict::diverged : Verdict::none;
  if (!done.empty()) measure(Seeds(std::move(done)), validated, last, summary);
  return summary;
}

std::optional<std::size_t> largest(const std::vector<ConfigurationSummary>& configurations,
                                   Estimate ConfigurationSummary::*estimate) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < configurations.size(); ++i) {
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
    for (const Runs& runs : configurations_of(results)) {
      comparison.configurations.push_back(
          summarise(runs, comparison.validated, static_cast<std::size_t>(results.epochs)));
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
  return largest(configurations, &ConfigurationSummary::gap);
}

std::optional<std::size_t> Comparison::best() const {
  return largest(configurations, &ConfigurationSummary::best_accuracy);
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
