#include "runner/report/importance.hpp"

#include "finding.hpp"
#include "importance_notes.hpp"
#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

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

std::vector<std::string> what_was_counted(const Importance& importance) {
  if (importance.method == Importance::Method::none)
    return {fmt::format("Importance of parameters is not known: {}", importance.why_not)};
  const std::string_view why =
      importance.method == Importance::Method::grid ? " to have a full grid" : ": not done";
  std::vector<std::string> phrases{"Importance of parameters: shares of the variance between " +
                                   counted(importance.configurations, "configuration")};
  if (importance.seeds > 1) {
    phrases.back() += ',';
    phrases.push_back("means over " + counted(importance.seeds, "seed"));
  }
  if (importance.left_out > 0) {
    phrases.back() += importance.seeds > 1 ? ';' : ',';
    phrases.push_back(fmt::format("{} left out{}", counted(importance.left_out, "configuration"), why));
  }
  return phrases;
}

std::vector<std::string> how_it_was_counted(const Importance& importance) {
  std::vector<std::string> phrases;
  const auto add = [&](std::vector<std::string> more) {
    phrases.insert(phrases.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  switch (importance.method) {
    case Importance::Method::none:
      return {};
    case Importance::Method::grid:
      add({importance.seeds == 1
               ? "Analysis of variance of the full grid; with 1 seed the shares include chance."
               : "Analysis of variance of the full grid; the part due to chance is subtracted.",
           "For two parameters: their joint effect, beyond the effect of each alone."});
      break;
    case Importance::Method::samples:
      add({"What each parameter explains alone:", "the first-order index, from bins of its values;",
           fmt::format("± 95 % interval over {}.", counted(importance.samples, "sample")),
           fmt::format("Rest: parameters together{}.", importance.seeds > 1 ? "" : ", and chance")});
      break;
  }
  const std::string note = stopped_note(importance.stopped, importance.configurations, "configuration");
  if (const std::size_t middle = note.find("; "); middle != std::string::npos)
    add({note.substr(0, middle + 1), note.substr(middle + 2) + '.'});
  if (importance.method == Importance::Method::samples)
    add({"* more than chance (F test, for all lines of a column together)"});
  else if (importance.seeds > 1)
    add({"* more than chance (F test over the seeds, for all lines of a column together)"});
  return phrases;
}

std::string to_table(const Importance& importance) {
  if (importance.method == Importance::Method::none) return what_was_counted(importance).front() + '\n';
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

  std::string out = filled(what_was_counted(importance));
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
  return out + '\n' + filled(how_it_was_counted(importance));
}

}  // namespace runner
