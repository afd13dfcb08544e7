#include "runner/model/run_spec.hpp"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

template <std::size_t i>
constexpr const auto& axis_number = std::get<i>(axes);

template <std::size_t i>
using ValueOf = std::remove_cvref_t<decltype(RunSpec{}.*axis_number<i>.value)>;

template <std::size_t i>
std::string text_of(const RunSpec& spec) {
  const auto value = spec.*axis_number<i>.value;
  if constexpr (std::is_enum_v<ValueOf<i>>)
    return std::string(to_string(value));
  else
    return fmt::format("{}", value);
}

template <std::size_t i>
constexpr AxisInfo info_of() {
  const auto& axis = axis_number<i>;
  std::span<const std::string_view> words;
  if constexpr (std::is_enum_v<ValueOf<i>>) words = enumerator_names<ValueOf<i>>;
  return {
      axis.name,
      axis.long_name,
      axis.units,
      words,
      [](const RunSpec& spec) { return static_cast<long double>(spec.*axis_number<i>.value); },
      text_of<i>,
      [](const RunSpec& a, const RunSpec& b) { return a.*axis_number<i>.value == b.*axis_number<i>.value; },
      [](const RunSpec& spec) { return axis_number<i>.applies_to(spec); },
      [](const RunSpec& spec) {
        const auto& the_axis = axis_number<i>;
        return !the_axis.applies_to(spec) ||
               (the_axis.since > oldest_readable_layout && spec.*the_axis.value == RunSpec{}.*the_axis.value);
      },
      [](RunSpec& spec) { spec.*axis_number<i>.value = RunSpec{}.*axis_number<i>.value; }};
}

template <std::size_t... i>
constexpr std::array<AxisInfo, sizeof...(i)> table_of(std::index_sequence<i...>) {
  return {info_of<i>()...};
}

constexpr std::array table = table_of(std::make_index_sequence<std::tuple_size_v<decltype(axes)>>());

}  // namespace

bool obeys(double value, const Numbers& rule) {
  const auto number = static_cast<float>(value);
  return (number > rule.least || (rule.least_is_allowed && number == rule.least)) &&
         (number < rule.most || (rule.most_is_allowed && number == rule.most));
}

bool obeys(std::int64_t value, const Integers& rule) {
  return value >= rule.least && value <= rule.most;
}

std::span<const AxisInfo> axis_table() {
  return table;
}

const AxisInfo* find_axis(std::string_view name) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const AxisInfo& axis) { return axis.name == name; });
  return found == table.end() ? nullptr : &*found;
}

RunSpec before_training(RunSpec run) {
  // Not dropout: what hidden units tell an evaluation is scaled by the share of them that is kept.
  constexpr RunSpec plain;
  run.learning_rate = plain.learning_rate;
  run.batch_size = plain.batch_size;
  run.sampling = plain.sampling;
  run.gradient = plain.gradient;
  run.optimizer = plain.optimizer;
  run.momentum = plain.momentum;
  run.decay_rate = plain.decay_rate;
  run.beta1 = plain.beta1;
  run.beta2 = plain.beta2;
  run.epsilon = plain.epsilon;
  run.decoupled_weight_decay = plain.decoupled_weight_decay;
  run.weight_decay = plain.weight_decay;
  run.learning_rate_schedule = plain.learning_rate_schedule;
  run.schedule_factor = plain.schedule_factor;
  run.schedule_epochs = plain.schedule_epochs;
  return run;
}

std::vector<std::string_view> axis_names() {
  std::vector<std::string_view> names;
  for (const AxisInfo& axis : table) names.push_back(axis.name);
  return names;
}

bool same_cohort(const RunSpec& a, const RunSpec& b) {
  return a.gradient == Gradient::backpropagation && cohort_key(a) == cohort_key(b);
}

}  // namespace runner
