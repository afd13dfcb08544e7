#include "columns.hpp"

#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace runner {
namespace {

using Summary = ConfigurationSummary;

double epoch_or_nan(int epoch) {
  return epoch < 0 ? std::numeric_limits<double>::quiet_NaN() : epoch;
}

constexpr std::array axes{
    Column{"learning_rate", false, [](const Summary& s) { return s.spec.learning_rate; }},
    Column{"batch_size", false, [](const Summary& s) -> double { return s.spec.batch_size; }},
    Column{"hidden_size", false, [](const Summary& s) -> double { return s.spec.hidden_size; }},
    Column{"loss", false, [](const Summary& s) { return static_cast<double>(s.spec.loss); },
           [](const RunSpec& spec) { return to_string(spec.loss); }},
    Column{"sampling", false, [](const Summary& s) { return static_cast<double>(s.spec.sampling); },
           [](const RunSpec& spec) { return to_string(spec.sampling); }},
    Column{"weight_init_std", false, [](const Summary& s) { return s.spec.weight_init_std; }},
};

constexpr std::array measured{
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

}  // namespace

std::span<const Column> axis_columns() {
  return axes;
}

std::span<const Column> measured_columns() {
  return measured;
}

std::string exact_text(const Column& column, const ConfigurationSummary& configuration) {
  if (column.word != nullptr) return std::string(column.word(configuration.spec));
  const double value = column.value(configuration);
  return std::isnan(value) ? std::string() : fmt::format("{}", value);
}

}  // namespace runner
