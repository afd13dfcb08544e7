#pragma once

#include "runner/report/comparison.hpp"

#include <cstddef>

namespace runner::cli {

/// The width of the terminal that an open file is; 80 where it is none.
std::size_t terminal_columns(int descriptor);

/// What suits standard output: as wide as its terminal, in colour on one unless NO_COLOR is set
/// (no-color.org); else 80 columns without.
TableStyle table_style();

}  // namespace runner::cli
