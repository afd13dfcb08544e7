#pragma once

namespace runner {

/// Raised by any change that alters a bit of any result; part of each run's digest and of the results file.
inline constexpr int arithmetic_version = 2;

/// Version of a results file's layout, raised by each change of it: the one that is written …
inline constexpr int results_layout_version = 4;
/// … and the oldest that is read.
inline constexpr int oldest_readable_layout = 4;

}  // namespace runner
