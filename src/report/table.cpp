#include "columns.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

using Configurations = std::vector<ConfigurationSummary>;
using Strings = std::vector<std::string>;

// All of a table's columns are aligned to the right, their headings to the bottom.
struct TableColumn {
  Strings heading;  // a string for each line
  Strings cells;
};

void append_row(std::string& out, const Strings& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t c = 0; c < cells.size(); ++c)
    line += fmt::format("{:>{}}", cells[c], widths[c] + (c == 0 ? 0 : 2));
  line.resize(line.find_last_not_of(' ') + 1);
  out += line + '\n';
}

std::string lay_out(const std::vector<TableColumn>& columns) {
  std::vector<std::size_t> widths;
  std::size_t heading_lines = 0;
  for (const TableColumn& column : columns) {
    std::size_t width = 0;
    for (const std::string& text : column.heading) width = std::max(width, text.size());
    for (const std::string& text : column.cells) width = std::max(width, text.size());
    widths.push_back(width);
    heading_lines = std::max(heading_lines, column.heading.size());
  }

  std::string out;
  Strings row(columns.size());
  for (std::size_t left = heading_lines; left > 0; --left) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const Strings& heading = columns[c].heading;
      row[c] = left <= heading.size() ? heading[heading.size() - left] : "";
    }
    append_row(out, row, widths);
  }
  for (std::size_t r = 0; r < columns.front().cells.size(); ++r) {
    for (std::size_t c = 0; c < columns.size(); ++c) row[c] = columns[c].cells[r];
    append_row(out, row, widths);
  }
  return out;
}

template <class Text>
TableColumn make_column(Strings heading, const Configurations& configurations, const Text& text) {
  TableColumn column{std::move(heading), {}};
  column.cells.reserve(configurations.size());
  for (const ConfigurationSummary& configuration : configurations)
    column.cells.push_back(text(configuration));
  return column;
}

// "learning_rate" takes less room as "learning" over "rate".
Strings axis_heading(std::string_view name) {
  const std::size_t underscore = name.find('_');
  if (underscore == std::string_view::npos) return {std::string(name)};
  return {std::string(name.substr(0, underscore)), std::string(name.substr(underscore + 1))};
}

std::string fraction(double value) {
  return std::isnan(value) ? "-" : fmt::format("{:.4f}", value);
}

std::string seeds_text(const ConfigurationSummary& c) {
  if (c.diverged == c.seeds) return "diverged";
  const std::string done = fmt::format("{}/{}", c.done, c.seeds);
  return c.diverged == 0 ? done : fmt::format("{}, {} diverged", done, c.diverged);
}

bool all_done_with_as_many_seeds(const Configurations& configurations) {
  return std::all_of(configurations.begin(), configurations.end(), [&](const ConfigurationSummary& c) {
    return c.done == c.seeds && c.seeds == configurations.front().seeds;
  });
}

bool varies(const Column& column, const Configurations& configurations) {
  return std::any_of(configurations.begin(), configurations.end(), [&](const ConfigurationSummary& c) {
    return column.value(c) != column.value(configurations.front());
  });
}

std::string counted(std::size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

// "Fixed:", "hidden_size 50,", "loss cross_entropy,"
Strings axis_phrases(std::string label, const std::vector<Column>& axes,
                     const ConfigurationSummary& configuration) {
  Strings phrases{std::move(label)};
  for (const Column& axis : axes)
    phrases.push_back(fmt::format("{} {},", axis.name, exact_text(axis, configuration)));
  return phrases;
}

// Phrases with a space between them, in lines of at most 80 characters.
std::string fill(const Strings& phrases) {
  std::string out;
  std::size_t width = 0;
  for (const std::string& phrase : phrases) {
    const bool fits = width + 1 + phrase.size() <= 80;
    if (width > 0) out += fits ? ' ' : '\n';
    out += phrase;
    width = width > 0 && fits ? width + 1 + phrase.size() : phrase.size();
  }
  return out + '\n';
}

std::string fixed_axes_line(const ConfigurationSummary& any, const std::vector<Column>& fixed) {
  Strings phrases = axis_phrases("Fixed:", fixed, any);
  phrases.back().pop_back();  // the last comma
  return fill(phrases);
}

std::string widest_gap_sentence(const ConfigurationSummary& widest, const std::vector<Column>& varying) {
  Strings phrases = axis_phrases("* Widest gap:", varying, widest);
  phrases.back().back() = ':';
  phrases.push_back(fmt::format("train {:.4f},", widest.train_accuracy));
  phrases.push_back(fmt::format("test {:.4f},", widest.test_accuracy));
  phrases.push_back(fmt::format("gap {:.4f};", widest.gap));
  phrases.push_back(widest.turned_epoch < 0
                        ? "test loss did not turn"
                        : fmt::format("test loss turned at epoch {}", widest.turned_epoch));
  return fill(phrases);
}

}  // namespace

std::string to_table(const Comparison& comparison) {
  const Configurations& configurations = comparison.configurations;
  std::string out = fmt::format("{}: {}, {}", comparison.name,
                                counted(static_cast<std::size_t>(comparison.epochs), "epoch"),
                                counted(configurations.size(), "configuration"));
  if (configurations.empty()) return out + '\n';

  const bool plain_seeds = all_done_with_as_many_seeds(configurations);
  out += plain_seeds ? fmt::format(", mean over {}\n", counted(configurations.front().seeds, "seed"))
                     : ", mean over the seeds done\n";

  std::vector<Column> fixed, varying;
  for (const Column& axis : axis_columns()) (varies(axis, configurations) ? varying : fixed).push_back(axis);
  if (!fixed.empty()) out += fixed_axes_line(configurations.front(), fixed);

  using Summary = ConfigurationSummary;
  const Summary* widest = comparison.widest_gap ? &configurations[*comparison.widest_gap] : nullptr;
  const std::size_t epoch_width = fmt::formatted_size("{}", comparison.epochs);

  std::vector<TableColumn> columns;
  for (const Column& axis : varying)
    columns.push_back(make_column(axis_heading(axis.name), configurations,
                                  [&](const Summary& c) { return exact_text(axis, c); }));
  columns.push_back(make_column({"train", "acc"}, configurations,
                                [](const Summary& c) { return fraction(c.train_accuracy); }));
  columns.push_back(make_column({"test", "acc"}, configurations,
                                [](const Summary& c) { return fraction(c.test_accuracy); }));
  columns.push_back(make_column({"gap"}, configurations, [&](const Summary& c) {
    return fmt::format("{}{}", &c == widest ? "*" : "", fraction(c.gap));
  }));
  columns.push_back(make_column({"best", "test acc", "@ epoch"}, configurations, [&](const Summary& c) {
    return c.done == 0 ? "-"
                       : fmt::format("{:.4f} @ {:>{}}", c.best_test_accuracy, c.best_epoch, epoch_width);
  }));
  columns.push_back(make_column({"test", "loss up", "@ epoch"}, configurations, [](const Summary& c) {
    return c.turned_epoch < 0 ? "-" : fmt::format("{}", c.turned_epoch);
  }));
  if (!plain_seeds) columns.push_back(make_column({"seeds", "done"}, configurations, seeds_text));

  out += '\n' + lay_out(columns);
  if (widest != nullptr) out += '\n' + widest_gap_sentence(*widest, varying);
  return out;
}

}  // namespace runner
