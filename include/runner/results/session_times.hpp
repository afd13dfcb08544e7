#pragma once

#include <limits>

namespace runner {

/// When a process trained runs of a results file, and how long it was expected to take, and took.
///
/// The time expected is that of all epochs that were missing then; so a session that was stopped takes less,
/// and so does one whose runs diverge or are stopped early by Patience.
struct SessionTimes {
  double start;     ///< seconds since 1970-01-01 00:00:00 UTC
  double expected;  ///< seconds; NaN where it is not known
  double taken =
      std::numeric_limits<double>::quiet_NaN();  ///< seconds; NaN until it ends, and where it was killed
};

}  // namespace runner
