#include "runner/error/error.hpp"
#include "runner/report/comparison.hpp"
#include "runner/sweep/space.hpp"

#include "columns.hpp"
#include "seeds.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace runner {
namespace {

constexpr std::string_view option = "--where";

}  // namespace

void keep_where(ResultsData& results, std::span<const std::string> conditions) {
  const std::span<const AxisInfo> axes_named = axis_table();
  const std::span<const Column> measured = measured_columns();
  std::vector<ConditionName> names = axis_condition_names();
  for (const Column& column : measured) names.push_back({column.name, column.words});
  const auto is_measured = [&](std::size_t name) { return name >= axes_named.size(); };

  std::vector<Condition> of_runs, of_configurations;
  for (const std::string& text : conditions) {
    Condition whole = parse_condition(text, names, option);
    std::vector<Condition> parts;
    if (whole.kind == Condition::Kind::all)
      parts = std::move(whole.parts);
    else
      parts.push_back(std::move(whole));
    for (Condition& part : parts) {
      if (!uses(part, is_measured)) {
        of_runs.push_back(std::move(part));
        continue;
      }
      if (uses(part, [&](std::size_t name) { return names[name].name == "seed"; }))
        throw bad_input(fmt::format(
            "{}: \"{}\": seed chooses runs, measured columns choose configurations: join the two with &&",
            option, text));
      of_configurations.push_back(std::move(part));
    }
  }

  results.leave_out([&](const StoredRun& run) {
    return !std::all_of(of_runs.begin(), of_runs.end(),
                        [&](const Condition& condition) { return holds(condition, run.run.spec); });
  });
  if (of_configurations.empty()) return;

  const Comparison comparison = compare(results);
  const std::vector<Runs> runs = configurations_of(results);
  std::vector<bool> keep(results.runs.size());
  for (std::size_t c = 0; c < runs.size(); ++c) {
    const ConfigurationSummary& summary = comparison.configurations[c];
    const auto value = [&](std::size_t name) -> long double {
      return is_measured(name) ? measured[name - axes_named.size()].value(summary)
                               : condition_value(name, summary.spec);
    };
    const bool kept = std::all_of(of_configurations.begin(), of_configurations.end(),
                                  [&](const Condition& condition) { return holds(condition, value); });
    for (const StoredRun* run : runs[c]) keep[static_cast<std::size_t>(run - results.runs.data())] = kept;
  }
  std::size_t run = 0;
  results.leave_out([&](const StoredRun&) { return !keep[run++]; });
}

}  // namespace runner
