#pragma once

namespace runner {

/// Raised by any change that alters a bit of any result; part of each run's digest and of the results file.
inline constexpr int arithmetic_version = 2;

/// The oldest layout of results files that is read; layout_version.hpp has the one that is written.
inline constexpr int oldest_readable_layout = 4;

}  // namespace runner
