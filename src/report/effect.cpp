#include "runner/report/effect.hpp"

#include "runner/error/error.hpp"

#include "seeds.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

/// A run's value on an axis as a number that orders it, and as text.
struct Value {
  double order;
  std::string text;

  /// The text tells seeds apart that are one number as a double.
  friend bool operator<(const Value& a, const Value& b) {
    return std::tie(a.order, a.text) < std::tie(b.order, b.text);
  }
};

template <class Value, class Rule>
std::string text_of(const Axis<Value, Rule>& axis, const RunSpec& spec) {
  if constexpr (std::is_enum_v<Value>)
    return std::string(to_string(spec.*axis.value));
  else
    return fmt::format("{}", spec.*axis.value);
}

Value value_of(const RunSpec& spec, std::string_view name) {
  Value value{};
  for_each_axis([&](const auto& axis) {
    if (axis.name == name) value = {static_cast<double>(spec.*axis.value), text_of(axis, spec)};
  });
  return value;
}

/// The same for every value of the axis.
RunSpec without(RunSpec spec, std::string_view name) {
  for_each_axis([&](const auto& axis) {
    if (axis.name == name) spec.*axis.value = {};
  });
  return spec;
}

void require_axis(std::string_view name) {
  const std::vector<std::string_view> names = axis_names();
  if (std::find(names.begin(), names.end(), name) == names.end())
    throw bad_input(fmt::format("there is no axis \"{}\": the axes are {}", name, fmt::join(names, ", ")));
}

std::string signed_number(const Estimate& change) {
  const std::string mark =
      !std::isnan(change.half_width) && std::abs(change.mean) > change.half_width ? "*" : "";
  return fmt::format("{}{:+.4f}{}", mark, change.mean,
                     std::isnan(change.half_width) ? "" : fmt::format("±{:.4f}", change.half_width));
}

}  // namespace

Effect effect_of(const ResultsData& results, std::string_view axis) {
  require_axis(axis);
  // For each setting of the others its runs by value.
  std::map<RunSpec, std::map<Value, const StoredRun*>> settings;
  std::map<Value, EffectOfValue> values;
  std::size_t done = 0;
  for (const StoredRun& run : results.runs) {
    const Value value = value_of(run.run.spec, axis);
    values[value].value = value.text;
    if (run.status != RunStatus::done) continue;
    settings[without(run.run.spec, axis)][value] = &run;
    ++done;
  }
  if (values.size() < 2)
    throw bad_input(fmt::format("{} has {} of {}: there is nothing to compare", results.file.string(),
                                values.empty() ? "no value" : "one value", axis));
  std::erase_if(settings, [&](const auto& setting) { return setting.second.size() < values.size(); });

  Effect effect{results.name, std::string(axis), settings.size(), done - settings.size() * values.size(), {}};
  const auto last = static_cast<std::size_t>(results.epochs);
  for (auto& [value, row] : values) {
    std::vector<double> train, test, gap, train_change, test_change, gap_change;
    for (const auto& [setting, runs] : settings) {
      const StoredRun &run = *runs.at(value), &first = *runs.begin()->second;
      train.push_back(run.train_accuracy[last]);
      test.push_back(run.test_accuracy[last]);
      gap.push_back(gap_after(run, last));
      train_change.push_back(static_cast<double>(run.train_accuracy[last]) -
                             static_cast<double>(first.train_accuracy[last]));
      test_change.push_back(static_cast<double>(run.test_accuracy[last]) -
                            static_cast<double>(first.test_accuracy[last]));
      gap_change.push_back(gap_after(run, last) - gap_after(first, last));
    }
    row.train_accuracy = estimate(train);
    row.test_accuracy = estimate(test);
    row.gap = estimate(gap);
    row.train_change = estimate(train_change);
    row.test_change = estimate(test_change);
    row.gap_change = estimate(gap_change);
    effect.values.push_back(std::move(row));
  }
  return effect;
}

std::string to_table(const Effect& effect) {
  std::string out = fmt::format("By {}: {} pairs for each value, all else and the seed the same", effect.axis,
                                effect.pairs);
  if (effect.left_out > 0) out += fmt::format("; {} runs without all partners", effect.left_out);
  if (effect.pairs == 0) return out + '\n';
  std::size_t width = effect.axis.size();
  for (const EffectOfValue& row : effect.values) width = std::max(width, row.value.size());
  out += fmt::format("\n\n{:>{}}  {:>6}  {:>6}  {:>7}  {:>16}  {:>16}\n", effect.axis, width, "train", "test",
                     "gap", "change of test", "change of gap");
  for (const EffectOfValue& row : effect.values) {
    const bool first = &row == &effect.values.front();
    out += fmt::format("{:>{}}  {:.4f}  {:.4f}  {:>7.4f}  {:>16}  {:>16}\n", row.value, width,
                       row.train_accuracy.mean, row.test_accuracy.mean, row.gap.mean,
                       first ? "-" : signed_number(row.test_change),
                       first ? "-" : signed_number(row.gap_change));
  }
  if (effect.pairs > 1) out += "\n± 95 % interval; * the change is more than its noise\n";
  return out;
}

}  // namespace runner
