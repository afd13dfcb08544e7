#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// A column of a table for the terminal: aligned to the right, its heading to the bottom.
struct TextColumn {
  std::vector<std::string> heading;  ///< a string for each line
  std::vector<std::string> cells;
};

/// Columns side by side; lines end with their end of line, and with no space before it.
struct TextTable {
  std::string heading;
  std::vector<std::string> rows;
  std::size_t width = 0;
};

/// At least one column, all with as many cells.
TextTable lay_out(const std::vector<TextColumn>& columns);

/// "learning_rate" takes less room as "learning" over "rate".
std::vector<std::string> axis_heading(std::string_view name);

/// A line in a colour (ANSI code), which ends before its end of line.
std::string coloured(std::string_view line, std::string_view code);

}  // namespace runner
