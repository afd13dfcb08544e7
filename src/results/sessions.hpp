#pragma once

#include "runner/results/session_times.hpp"

#include "stored_file.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace runner {

/// The sessions of a file, the first first; none in a file of a layout without them. Throws Error (bad_input)
/// where one says what no writer can have written.
std::vector<SessionTimes> read_sessions(const StoredFile& file);

/// The place of the next session in the arrays of a file: one that has none yet, or the place of the oldest.
std::size_t place_of_next_session(const StoredFile& file);

/// What the arrays hold in a new file that has these sessions, the latest of them where there are too many:
/// the bytes of each of layout::session_arrays.
std::array<std::string, layout::session_arrays.size()> session_columns(std::vector<SessionTimes> sessions);

}  // namespace runner
