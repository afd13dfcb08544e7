#include "runner/report/comparison.hpp"

#include "runner/error/error.hpp"

#include "columns.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

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

/// The runs of one configuration that are done.
class Seeds {
 public:
  using Metric = std::vector<float> StoredRun::*;

  explicit Seeds(Runs runs) : runs_(std::move(runs)) {}

  /// Of the values of a metric after an epoch.
  Estimate at(Metric metric, std::size_t epoch) const { return estimate(values(metric, epoch)); }

  /// Of the differences, seed by seed.
  Estimate difference(Metric a, std::size_t epoch_a, Metric b, std::size_t epoch_b) const {
    std::vector<double> differences = values(a, epoch_a);
    const std::vector<double> subtracted = values(b, epoch_b);
    for (std::size_t i = 0; i < differences.size(); ++i) differences[i] -= subtracted[i];
    return estimate(differences);
  }

  /// The mean after each epoch.
  std::vector<double> curve(Metric metric) const {
    std::vector<double> means((runs_.front()->*metric).size());
    for (std::size_t e = 0; e < means.size(); ++e) means[e] = mean(values(metric, e));
    return means;
  }

 private:
  std::vector<double> values(Metric metric, std::size_t epoch) const {
    std::vector<double> result;
    for (const StoredRun* run : runs_) result.push_back((run->*metric)[epoch]);
    return result;
  }

  Runs runs_;
};

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

  const Seeds::Metric accuracy = validated ? &StoredRun::validation_accuracy : &StoredRun::test_accuracy;
  const Seeds::Metric loss = validated ? &StoredRun::validation_loss : &StoredRun::test_loss;
  const std::vector<double> accuracies = seeds.curve(accuracy), losses = seeds.curve(loss);
  const auto best =
      static_cast<std::size_t>(std::max_element(accuracies.begin(), accuracies.end()) - accuracies.begin());
  summary.best_epoch = static_cast<int>(best);
  summary.best_accuracy = seeds.at(accuracy, best);
  summary.best_test_accuracy = seeds.at(&StoredRun::test_accuracy, best);

  // Searched from the end, so that a loss that stays at its minimum has not passed it.
  const auto minimum =
      static_cast<std::size_t>(losses.rend() - std::min_element(losses.rbegin(), losses.rend()) - 1);
  summary.minimum_epoch = static_cast<int>(minimum);
  summary.onset_epoch = onset(seeds, loss, minimum, last);
  summary.stopping_gain =
      seeds.difference(&StoredRun::test_accuracy, minimum, &StoredRun::test_accuracy, last);
}

ConfigurationSummary summarise(const Runs& runs, bool validated, std::size_t last) {
  Runs done;
  ConfigurationSummary summary;
  summary.spec = runs.front()->run.spec;
  summary.seeds = runs.size();
  for (const StoredRun* run : runs) {
    if (run->status == RunStatus::done) done.push_back(run);
    if (run->status == RunStatus::diverged) ++summary.diverged;
  }
  summary.done = done.size();
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

/// A field of CSV. Only a name may hold what has to be quoted.
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string field;
  for (const char c : text) {
    field += c;
    if (c == '"') field += c;
  }
  return fmt::format("\"{}\"", field);
}

std::vector<Column> all_columns() {
  std::vector<Column> columns(axis_columns().begin(), axis_columns().end());
  columns.insert(columns.end(), measured_columns().begin(), measured_columns().end());
  return columns;
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

std::string to_csv(const Comparison& comparison) {
  const std::vector<Column> columns = all_columns();
  std::string csv = fmt::format("file,{}\r\n", fmt::join(comparison_columns(), ","));
  for (const ConfigurationSummary& configuration : comparison.configurations) {
    csv += quoted(comparison.names[configuration.file]);
    for (const Column& column : columns) csv.append(",").append(exact_text(column, configuration));
    csv += "\r\n";
  }
  return csv;
}

std::string to_json(const Comparison& comparison) {
  nlohmann::ordered_json json;
  json["chosen_by"] = comparison.validated ? "validation" : "test";
  json["configurations"] = nlohmann::ordered_json::array();
  for (const ConfigurationSummary& configuration : comparison.configurations) {
    nlohmann::ordered_json object;
    object["file"] = comparison.names[configuration.file];
    for (const Column& column : all_columns()) {
      auto& value = object[std::string(column.name)];  // null
      if (column.word) {
        value = column.word(configuration.spec);
      } else if (const double number = column.value(configuration); !std::isnan(number)) {
        value = number;
        if (number == std::floor(number) && std::abs(number) < 1e15)
          value = static_cast<std::int64_t>(number);
      }
    }
    json["configurations"].push_back(std::move(object));
  }
  return json.dump(2) + "\n";
}

}  // namespace runner
