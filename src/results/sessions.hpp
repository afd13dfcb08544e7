#pragma once

#include "runner/results/session_times.hpp"

#include "stored_file.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace runner {

/// The sessions of a file in ascending order; none if its layout has none. Throws Error (bad_input) for times
/// that no writer can have written.
std::vector<SessionTimes> read_sessions(const StoredFile& file);

/// The place of the next session in the arrays of a file: an empty one, or that of the oldest session.
std::size_t place_of_next_session(const StoredFile& file);

/// The bytes of each of layout::session_arrays in a new file with these sessions, or with the latest of them
/// if there are too many.
std::array<std::string, layout::session_arrays.size()> session_columns(std::vector<SessionTimes> sessions);

}  // namespace runner
