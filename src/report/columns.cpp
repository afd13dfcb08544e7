#include "columns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <type_traits>
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
  for_each_axis([&]<class Value, class Rule>(const Axis<Value, Rule>& axis) {
    if (axis.name == "seed") return;
    Column column{axis.name, false,
                  [axis](const Summary& s) { return static_cast<double>(s.spec.*axis.value); }};
    if constexpr (std::is_enum_v<Value>)
      for (const Value word : axis.rule) column.words.push_back(to_string(word));
    columns.push_back(std::move(column));
  });
  return columns;
}

/// A mean and the half width of its interval, under the names that are given.
void add(std::vector<Column>& columns, std::string_view name, std::string_view interval_name,
         Estimate Summary::*estimate, bool of_merit) {
  columns.push_back({name, of_merit, [=](const Summary& s) { return (s.*estimate).mean; }});
  columns.push_back({interval_name, false, [=](const Summary& s) { return (s.*estimate).half_width; }});
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
      {"diverged", false, [](const Summary& s) { return static_cast<double>(s.diverged); }}};
  add(columns, "train_accuracy", "train_accuracy_ci", &Summary::train_accuracy, true);
  add(columns, "validation_accuracy", "validation_accuracy_ci", &Summary::validation_accuracy, true);
  add(columns, "test_accuracy", "test_accuracy_ci", &Summary::test_accuracy, true);
  add(columns, "gap", "gap_ci", &Summary::gap, true);
  add(columns, "train_loss", "train_loss_ci", &Summary::train_loss, false);
  add(columns, "validation_loss", "validation_loss_ci", &Summary::validation_loss, false);
  add(columns, "test_loss", "test_loss_ci", &Summary::test_loss, false);
  columns.push_back({"epochs", false, [](const Summary& s) { return static_cast<double>(s.epochs); }});
  columns.push_back({"best_epoch", false, [](const Summary& s) { return epoch_or_nan(s.best_epoch); }});
  add(columns, "best_accuracy", "best_accuracy_ci", &Summary::best_accuracy, true);
  add(columns, "best_test_accuracy", "best_test_accuracy_ci", &Summary::best_test_accuracy, true);
  columns.push_back({"verdict", true, verdict_index, {}});
  for (const Verdict verdict : verdicts) columns.back().words.push_back(to_string(verdict));
  columns.push_back({"overfits_from", false, [](const Summary& s) { return epoch_or_nan(s.overfits_from); }});
  columns.push_back({"stop_epoch", false, [](const Summary& s) { return epoch_or_nan(s.stop_epoch); }});
  add(columns, "stopping_gain", "stopping_gain_ci", &Summary::stopping_gain, true);
  return columns;
}

bool varies(const Column& column, const std::vector<Summary>& configurations) {
  return std::any_of(configurations.begin(), configurations.end(), [&](const Summary& c) {
    return column.value(c) != column.value(configurations.front());
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

std::string exact_text(double number) {
  return std::isfinite(number) ? fmt::format("{}", number) : std::string();
}

std::string exact_text(const Column& column, const ConfigurationSummary& configuration) {
  if (column.has_words()) return std::string(column.word(configuration));
  return exact_text(column.value(configuration));
}

}  // namespace runner
