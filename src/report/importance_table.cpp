#include "runner/report/importance.hpp"

#include "finding.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

constexpr std::size_t share_width = 14;

/// "61.3 % ± 12.1*"; room is left for the mark.
std::string share_text(const VarianceShare& share) {
  if (std::isnan(share.share)) return "- ";
  return fmt::format("{:.1f}{} %{}", 100 * share.share,
                     std::isnan(share.half_width) ? "" : fmt::format("±{:.1f}", 100 * share.half_width),
                     share.sure ? "*" : " ");
}

/// What was counted, and how.
std::string heading_of(const Importance& importance) {
  const bool grid = importance.method == Importance::Method::grid;
  std::string text = fmt::format("Importance of parameters: shares of the variance between {}",
                                 counted(importance.configurations, "configuration"));
  if (importance.seeds > 1) text += fmt::format(",\nmeans over {}", counted(importance.seeds, "seed"));
  if (importance.left_out > 0)
    text += fmt::format("{}{} left out{}", importance.seeds > 1 ? "; " : ",\n",
                        counted(importance.left_out, "configuration"),
                        grid ? " to have a full grid" : ": not done");
  return text + '\n';
}

std::string notes_of(const Importance& importance) {
  if (importance.method == Importance::Method::grid)
    return importance.seeds > 1
               ? "Analysis of variance of the full grid; what chance adds is taken off.\n"
                 "* more than chance (F test over the seeds, for all lines of a column together)\n"
               : "Analysis of variance of the full grid. With 1 seed it is not known what is\n"
                 "chance: it is in the shares.\n";
  return fmt::format(
      "What each parameter explains alone: the first-order index, from bins of its\nvalues; ± 95 % interval "
      "over {}. Rest: parameters together{}.\n* more than chance (F test, for all lines of a column "
      "together)\n",
      counted(importance.samples, "sample"), importance.seeds > 1 ? "" : ", and chance");
}

}  // namespace

std::string_view to_string(Importance::Method method) {
  switch (method) {
    case Importance::Method::none:
      return "none";
    case Importance::Method::grid:
      return "grid";
    case Importance::Method::samples:
      return "samples";
  }
  return "";
}

std::string_view name_of_rest(const Importance& importance) {
  return importance.method == Importance::Method::grid ? "three or more together" : "rest";
}

std::string to_table(const Importance& importance) {
  if (importance.method == Importance::Method::none)
    return fmt::format("No importance of parameters: {}\n", importance.why_not);
  struct Line {
    std::string name, accuracy, gap;
  };
  std::vector<Line> lines;
  for (const ImportanceOfTerm& term : importance.terms)
    lines.push_back(
        {fmt::format("{}", fmt::join(term.axes, " x ")), share_text(term.accuracy), share_text(term.gap)});
  if (!std::isnan(importance.accuracy_rest.share) || !std::isnan(importance.gap_rest.share))
    lines.push_back({std::string(name_of_rest(importance)), share_text(importance.accuracy_rest),
                     share_text(importance.gap_rest)});
  std::size_t width = 0;
  for (const Line& line : lines) width = std::max(width, line.name.size());
  std::string accuracy = importance.accuracy_name;
  std::replace(accuracy.begin(), accuracy.end(), '_', ' ');

  std::string out = heading_of(importance);
  out += fmt::format("\n{:<{}}  {:>{}}  {:>{}}\n", "", width, accuracy,
                     std::max(share_width, accuracy.size()), "gap", share_width);
  for (const Line& line : lines) {
    out += fmt::format("{:<{}}  {:>{}}  {:>{}}", line.name, width, line.accuracy,
                       std::max(share_width, accuracy.size()), line.gap, share_width);
    out.resize(out.find_last_not_of(' ') + 1);
    out += '\n';
  }
  if (std::all_of(importance.terms.begin(), importance.terms.end(),
                  [](const ImportanceOfTerm& term) { return std::isnan(term.accuracy.share); }))
    out += "The configurations differ by no more than chance.\n";
  return out + '\n' + notes_of(importance);
}

}  // namespace runner
