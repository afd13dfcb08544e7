#include "list.hpp"

#include "runner/error/printable.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace runner::cli {
namespace {

/// Of each axis the room for its name and each of its values.
std::vector<std::size_t> widths_of(const Grid& grid) {
  std::vector<std::size_t> widths;
  for_each_axis([&](const auto& axis) {
    const AxisInfo& as_text = axis_table()[widths.size()];
    std::size_t longest = axis.name.size();
    RunSpec spec;
    for (const auto& value : grid.*axis.values) {
      spec.*axis.value = value;
      longest = std::max(longest, as_text.text(spec).size());
    }
    widths.push_back(longest);
  });
  return widths;
}

}  // namespace

std::string list_of(const Sweep& sweep, std::span<const Cohort> cohorts,
                    const std::filesystem::path& output) {
  std::vector<std::size_t> cohort_of(sweep.runs.size());
  for (std::size_t c = 0; c < cohorts.size(); ++c)
    for (const std::size_t run : cohorts[c].runs) cohort_of[run] = c;
  const std::vector<std::size_t> widths = widths_of(sweep.config.grid);

  std::string text;
  const auto out = std::back_inserter(text);
  const auto put_axes = [&](const auto& cell_of) {
    for (std::size_t a = 0; a < widths.size(); ++a)
      fmt::format_to(out, "  {:>{}}", cell_of(axis_table()[a]), widths[a]);
  };
  fmt::format_to(out, "{:>7}", "run");
  put_axes([](const AxisInfo& axis) { return axis.name; });
  fmt::format_to(out, "{:>8}\n", "cohort");
  for (std::size_t i = 0; i < sweep.runs.size(); ++i) {
    fmt::format_to(out, "{:>7}", sweep.runs[i].index);
    put_axes([&](const AxisInfo& axis) { return axis.text(sweep.runs[i].spec); });
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
