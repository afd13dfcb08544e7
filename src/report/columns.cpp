#include "columns.hpp"

#include "seeds.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace runner {
namespace {

using Summary = ConfigurationSummary;

double epoch_or_nan(int epoch) {
  return epoch < 0 ? std::numeric_limits<double>::quiet_NaN() : epoch;
}

std::vector<Column> make_axis_columns() {
  std::vector<Column> columns;
  for (const AxisInfo& axis : axis_table()) {
    if (axis.name == "seed") continue;
    Column column{std::string(axis.name), false, [axis](const Summary& s) {
                    return axis.applies(s.spec) ? static_cast<double>(axis.order(s.spec)) : std::nan("");
                  }};
    column.words.assign(axis.words.begin(), axis.words.end());
    columns.push_back(std::move(column));
  }
  return columns;
}

/// A mean and the half width of its interval.
template <class Estimated>
void add(std::vector<Column>& columns, std::string_view name, bool of_merit, const Estimated& estimated) {
  columns.push_back({std::string(name), of_merit, [=](const Summary& s) { return estimated(s).mean; }});
  columns.push_back(
      {std::string(name) + "_ci", false, [=](const Summary& s) { return estimated(s).half_width; }});
}

void add(std::vector<Column>& columns, std::string_view name, Estimate Summary::*estimate) {
  add(columns, name, true, [=](const Summary& s) { return s.*estimate; });
}

void add_metrics(std::vector<Column>& columns, Quantity quantity) {
  for (const MetricInfo& line : metrics_of(quantity))
    add(columns, line.name, quantity == Quantity::accuracy,
        [metric = line.metric](const Summary& s) { return s.last[metric]; });
}

constexpr std::array verdicts{Verdict::diverged, Verdict::did_not_learn, Verdict::fits, Verdict::perhaps,
                              Verdict::overfits};

double verdict_index(const Summary& s) {
  const auto found = std::find(verdicts.begin(), verdicts.end(), s.verdict);
  return found != verdicts.end() ? static_cast<double>(found - verdicts.begin()) : std::nan("");
}

std::vector<Column> make_measured_columns() {
  std::vector<Column> columns{
      {"seeds", false, [](const Summary& s) { return static_cast<double>(s.seeds); }},
      {"done", false, [](const Summary& s) { return static_cast<double>(s.done); }},
      {"measured", false, [](const Summary& s) { return static_cast<double>(s.measured); }},
      {"diverged", false, [](const Summary& s) { return static_cast<double>(s.diverged); }},
      {"stopped", false, [](const Summary& s) { return static_cast<double>(s.stopped); }}};
  add_metrics(columns, Quantity::accuracy);
  add(columns, "gap", &Summary::gap);
  add_metrics(columns, Quantity::loss);
  columns.push_back({"epochs", false, [](const Summary& s) { return static_cast<double>(s.epochs); }});
  columns.push_back({"best_epoch", false, [](const Summary& s) { return epoch_or_nan(s.best_epoch); }});
  add(columns, "best_accuracy", &Summary::best_accuracy);
  add(columns, "best_test_accuracy", &Summary::best_test_accuracy);
  columns.push_back({"verdict", true, verdict_index, {}});
  for (const Verdict verdict : verdicts) columns.back().words.push_back(to_string(verdict));
  columns.push_back({"overfits_from", false, [](const Summary& s) { return epoch_or_nan(s.overfits_from); }});
  columns.push_back({"stop_epoch", false, [](const Summary& s) { return epoch_or_nan(s.stop_epoch); }});
  add(columns, "stopping_gain", &Summary::stopping_gain);
  return columns;
}

bool varies(const Column& column, const std::vector<Summary>& configurations) {
  const auto has_value = [&](const Summary& c) { return column.has_value(c); };
  const auto first = std::find_if(configurations.begin(), configurations.end(), has_value);
  return std::any_of(first, configurations.end(), [&](const Summary& c) {
    return has_value(c) && column.value(c) != column.value(*first);
  });
}

}  // namespace

std::string_view Column::word(const ConfigurationSummary& configuration) const {
  const double index = value(configuration);
  return std::isnan(index) ? std::string_view() : words[static_cast<std::size_t>(index)];
}

std::span<const Column> axis_columns() {
  static const std::vector<Column> columns = make_axis_columns();
  return columns;
}

std::span<const Column> measured_columns() {
  static const std::vector<Column> columns = make_measured_columns();
  return columns;
}

std::vector<Column> all_columns() {
  std::vector<Column> columns(axis_columns().begin(), axis_columns().end());
  columns.insert(columns.end(), measured_columns().begin(), measured_columns().end());
  return columns;
}

std::vector<Column> varying_axes(const Comparison& comparison) {
  std::vector<Column> varying;
  std::copy_if(axis_columns().begin(), axis_columns().end(), std::back_inserter(varying),
               [&](const Column& axis) { return varies(axis, comparison.configurations); });
  return varying;
}

std::vector<Column> fixed_axes(const Comparison& comparison) {
  std::vector<Column> fixed;
  std::copy_if(axis_columns().begin(), axis_columns().end(), std::back_inserter(fixed),
               [&](const Column& axis) { return !varies(axis, comparison.configurations); });
  return fixed;
}

std::vector<Column> stated_axes(const Comparison& comparison) {
  std::vector<Column> stated = fixed_axes(comparison);
  std::erase_if(stated, [&](const Column& axis) {
    const auto& all = comparison.configurations;
    return std::all_of(all.begin(), all.end(), [&](const ConfigurationSummary& configuration) {
      return find_axis(axis.name)->goes_without_saying(configuration.spec);
    });
  });
  return stated;
}

bool means_nothing_to_some(const Column& axis, const Comparison& comparison) {
  const auto& all = comparison.configurations;
  const auto count =
      std::count_if(all.begin(), all.end(), [&](const Summary& c) { return axis.has_value(c); });
  return count > 0 && count < std::ssize(all);
}

std::string exact_text(double number) {
  return std::isfinite(number) ? fmt::format("{}", number) : std::string();
}

std::string exact_text(const Column& column, const ConfigurationSummary& configuration) {
  if (column.has_words()) return std::string(column.word(configuration));
  return exact_text(column.value(configuration));
}

}  // namespace runner
