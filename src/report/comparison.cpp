#include "runner/report/comparison.hpp"

#include "runner/error/error.hpp"

#include "columns.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

namespace runner {
namespace {

using Runs = std::vector<const StoredRun*>;

// The runs of each configuration: those that differ in nothing but the seed, wherever they stand in the file.
std::vector<Runs> configurations_of(const ResultsData& results) {
  std::vector<Runs> configurations;
  std::map<RunSpec, std::size_t> known;
  for (const StoredRun& stored : results.runs) {
    RunSpec but_for_the_seed = stored.run.spec;
    but_for_the_seed.seed = 0;
    const auto [at, is_new] = known.try_emplace(but_for_the_seed, configurations.size());
    if (is_new) configurations.emplace_back();
    configurations[at->second].push_back(&stored);
  }
  return configurations;
}

// Epoch by epoch.
std::vector<double> mean(const Runs& runs, std::vector<float> StoredRun::*metric, std::size_t epochs) {
  std::vector<double> means(epochs, 0);
  for (const StoredRun* run : runs) {
    const std::vector<float>& values = run->*metric;
    assert(values.size() == epochs);
    for (std::size_t e = 0; e < epochs; ++e) means[e] += values[e];
  }
  for (double& value : means) value /= static_cast<double>(runs.size());
  return means;
}

ConfigurationSummary summarise(const Runs& runs, std::size_t epochs) {
  Runs done;
  ConfigurationSummary summary;
  summary.spec = runs.front()->run.spec;
  summary.seeds = runs.size();
  for (const StoredRun* run : runs) {
    if (run->status == RunStatus::done) done.push_back(run);
    if (run->status == RunStatus::diverged) ++summary.diverged;
  }
  summary.done = done.size();
  if (done.empty()) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    summary.train_accuracy = summary.test_accuracy = summary.gap = summary.best_test_accuracy = none;
    return summary;
  }
  const std::vector<double> test_accuracy = mean(done, &StoredRun::test_accuracy, epochs);
  const std::vector<double> test_loss = mean(done, &StoredRun::test_loss, epochs);
  summary.train_accuracy = mean(done, &StoredRun::train_accuracy, epochs).back();
  summary.test_accuracy = test_accuracy.back();
  summary.gap = summary.train_accuracy - summary.test_accuracy;

  const auto best = std::max_element(test_accuracy.begin(), test_accuracy.end());
  summary.best_test_accuracy = *best;
  summary.best_epoch = static_cast<int>(best - test_accuracy.begin());
  // Searched from the end, so that a loss that stays at its minimum has not turned.
  const auto after_minimum = std::min_element(test_loss.rbegin(), test_loss.rend());
  if (after_minimum != test_loss.rbegin())
    summary.turned_epoch = static_cast<int>(test_loss.rend() - after_minimum) - 1;
  return summary;
}

std::optional<std::size_t> widest_gap(const std::vector<ConfigurationSummary>& configurations) {
  std::optional<std::size_t> widest;
  for (std::size_t i = 0; i < configurations.size(); ++i)
    if (configurations[i].done > 0 && (!widest || configurations[i].gap > configurations[*widest].gap))
      widest = i;
  return widest;
}

std::vector<Column> all_columns() {
  std::vector<Column> columns(axis_columns().begin(), axis_columns().end());
  columns.insert(columns.end(), measured_columns().begin(), measured_columns().end());
  return columns;
}

}  // namespace

Comparison compare(const ResultsData& results) {
  Comparison comparison;
  comparison.name = results.name;
  comparison.epochs = results.epochs;
  const auto epochs = static_cast<std::size_t>(results.epochs) + 1;  // epoch 0 is the untrained network
  for (const Runs& runs : configurations_of(results))
    comparison.configurations.push_back(summarise(runs, epochs));
  comparison.widest_gap = widest_gap(comparison.configurations);
  return comparison;
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
  comparison.widest_gap = widest_gap(comparison.configurations);
}

std::string to_csv(const Comparison& comparison) {
  // No value holds a comma, a quote or a line end, so none is quoted.
  const std::vector<Column> columns = all_columns();
  std::string csv = fmt::format("{}\r\n", fmt::join(comparison_columns(), ","));
  for (const ConfigurationSummary& configuration : comparison.configurations)
    for (const Column& column : columns) {
      csv += exact_text(column, configuration);
      csv += &column == &columns.back() ? "\r\n" : ",";
    }
  return csv;
}

}  // namespace runner
