#include "list.hpp"

#include "runner/error/printable.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace runner::cli {
namespace {

/// A column of the list.
struct AxisColumn {
  const AxisInfo& axis;
  std::size_t width;  ///< room for the axis's name and each of its values
};

/// The axes whose value does not go without saying in every run.
std::vector<AxisColumn> columns_of(const Sweep& sweep) {
  std::vector<AxisColumn> columns;
  for (const AxisInfo& axis : axis_table()) {
    bool stated = false;
    std::size_t longest = axis.name.size();
    for (const Run& run : sweep.runs) {
      stated = stated || !axis.goes_without_saying(run.spec);
      longest = std::max(longest, axis.text(run.spec).size());
    }
    if (stated) columns.push_back({axis, longest});
  }
  return columns;
}

}  // namespace

std::string list_of(const Sweep& sweep, std::span<const Cohort> cohorts,
                    const std::filesystem::path& output) {
  std::vector<std::size_t> cohort_of(sweep.runs.size());
  for (std::size_t c = 0; c < cohorts.size(); ++c)
    for (const std::size_t run : cohorts[c].runs) cohort_of[run] = c;
  const std::vector<AxisColumn> columns = columns_of(sweep);

  std::string text;
  const auto out = std::back_inserter(text);
  const auto put_axes = [&](const auto& cell_of) {
    for (const auto& [axis, width] : columns) fmt::format_to(out, "  {:>{}}", cell_of(axis), width);
  };
  fmt::format_to(out, "{:>7}", "run");
  put_axes([](const AxisInfo& axis) { return axis.name; });
  fmt::format_to(out, "{:>8}\n", "cohort");
  for (std::size_t i = 0; i < sweep.runs.size(); ++i) {
    fmt::format_to(out, "{:>7}", sweep.runs[i].index);
    put_axes([&](const AxisInfo& axis) {
      const RunSpec& spec = sweep.runs[i].spec;
      return axis.applies(spec) ? axis.text(spec) : "-";
    });
    fmt::format_to(out, "{:>8}\n", cohort_of[i]);
  }

  fmt::format_to(out, "\n{:>7}{:>8}{:>14}{:>12}  {:<16}{:>20}\n", "cohort", "runs", "hidden_units",
                 "batch_size", "sampling", "seed");
  for (std::size_t c = 0; c < cohorts.size(); ++c) {
    long hidden = 0;
    for (const std::size_t run : cohorts[c].runs) hidden += sweep.runs[run].spec.hidden_size;
    const RunSpec& first = sweep.runs[cohorts[c].runs.front()].spec;
    fmt::format_to(out, "{:>7}{:>8}{:>14}{:>12}  {:<16}{:>20}\n", c, cohorts[c].runs.size(), hidden,
                   first.batch_size, to_string(first.sampling), first.seed);
  }
  const int every = sweep.config.evaluate_every;
  fmt::format_to(out, "\n{}: {} runs in {} cohorts, {} epochs each{}\n", printable(output.string()),
                 sweep.runs.size(), cohorts.size(), sweep.config.epochs,
                 every == 1 ? std::string() : fmt::format(", measured every {}", every));
  return text;
}

}  // namespace runner::cli
