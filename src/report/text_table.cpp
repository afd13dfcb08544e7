#include "text_table.hpp"

#include "text.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace runner {
namespace {

using Strings = std::vector<std::string>;

std::string row_of(const Strings& cells, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t c = 0; c < cells.size(); ++c)
    line += std::string(widths[c] + (c == 0 ? 0 : 2) - width_of(cells[c]), ' ') + cells[c];
  line.resize(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

}  // namespace

TextTable lay_out(const std::vector<TextColumn>& columns) {
  std::vector<std::size_t> widths;
  std::size_t heading_lines = 0;
  for (const TextColumn& column : columns) {
    std::size_t width = 0;
    for (const std::string& text : column.heading) width = std::max(width, width_of(text));
    for (const std::string& text : column.cells) width = std::max(width, width_of(text));
    widths.push_back(width);
    heading_lines = std::max(heading_lines, column.heading.size());
  }

  TextTable table;
  Strings row(columns.size());
  for (std::size_t left = heading_lines; left > 0; --left) {
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const Strings& heading = columns[c].heading;
      row[c] = left <= heading.size() ? heading[heading.size() - left] : "";
    }
    table.heading += row_of(row, widths);
  }
  for (std::size_t r = 0; r < columns.front().cells.size(); ++r) {
    for (std::size_t c = 0; c < columns.size(); ++c) row[c] = columns[c].cells[r];
    table.rows.push_back(row_of(row, widths));
  }
  table.width = std::accumulate(widths.begin(), widths.end(), 2 * (widths.size() - 1));
  return table;
}

std::vector<std::string> axis_heading(std::string_view name) {
  const std::size_t underscore = name.find('_');
  if (underscore == std::string_view::npos) return {std::string(name)};
  return {std::string(name.substr(0, underscore)), std::string(name.substr(underscore + 1))};
}

std::string coloured(std::string_view line, std::string_view code) {
  return fmt::format("\x1b[{}m{}\x1b[0m\n", code, line.substr(0, line.size() - 1));
}

}  // namespace runner
