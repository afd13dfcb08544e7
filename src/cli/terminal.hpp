#pragma once

#include "runner/report/comparison.hpp"
#include "runner/report/live.hpp"

#include <cstddef>

namespace runner::cli {

/// The width of the terminal that an open file is; 80 where it is none.
std::size_t terminal_columns(int descriptor);

/// What suits standard output: as wide as its terminal, in colour on one that knows escapes unless NO_COLOR
/// is set (no-color.org); else 80 columns without.
TableStyle table_style();

/// The same for a frame of the live view: as high as the terminal but for the line that the cursor is left
/// in; 24 lines where there is none.
ScreenStyle screen_style();

/// Whether an open file is a terminal that obeys escape sequences: TERM=dumb says that it does not.
bool knows_escapes(int descriptor);

/// Whether standard output is a terminal that can be drawn on: one whose type is known, too.
bool can_draw();

}  // namespace runner::cli
