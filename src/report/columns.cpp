#include "columns.hpp"

#include <cmath>
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
      column.word = [axis](const RunSpec& spec) { return to_string(spec.*axis.value); };
    columns.push_back(std::move(column));
  });
  return columns;
}

}  // namespace

std::span<const Column> axis_columns() {
  static const std::vector<Column> columns = make_axis_columns();
  return columns;
}

std::span<const Column> measured_columns() {
  static const std::vector<Column> columns{
      Column{"seeds", false, [](const Summary& s) { return static_cast<double>(s.seeds); }},
      Column{"done", false, [](const Summary& s) { return static_cast<double>(s.done); }},
      Column{"diverged", false, [](const Summary& s) { return static_cast<double>(s.diverged); }},
      Column{"train_accuracy", true, [](const Summary& s) { return s.train_accuracy; }},
      Column{"test_accuracy", true, [](const Summary& s) { return s.test_accuracy; }},
      Column{"gap", true, [](const Summary& s) { return s.gap; }},
      Column{"best_test_accuracy", true, [](const Summary& s) { return s.best_test_accuracy; }},
      Column{"best_epoch", false, [](const Summary& s) { return epoch_or_nan(s.best_epoch); }},
      Column{"turned_epoch", false, [](const Summary& s) { return epoch_or_nan(s.turned_epoch); }},
  };
  return columns;
}

std::string exact_text(const Column& column, const ConfigurationSummary& configuration) {
  if (column.word) return std::string(column.word(configuration.spec));
  const double value = column.value(configuration);
  return std::isnan(value) ? std::string() : fmt::format("{}", value);
}

}  // namespace runner
