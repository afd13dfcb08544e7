#pragma once

#include "runner/report/comparison.hpp"
#include "runner/report/live.hpp"

#include <cstddef>

namespace runner::cli {

/// The width of the terminal that an open file is; 80 where it is none.
std::size_t terminal_columns(int descriptor);

/// What suits standard output: as wide as its terminal, in colour on one unless NO_COLOR is set
/// (no-color.org); else 80 columns without.
TableStyle table_style();

/// The same for a picture: as high as the terminal but for the line that the cursor is left in; 24 lines
/// where there is none.
ScreenStyle screen_style();

/// Whether standard output is a terminal that can be drawn on.
bool can_draw();

}  // namespace runner::cli
