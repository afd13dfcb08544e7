#pragma once

#include <limits>

namespace runner {

/// When a process trained runs of a results file, how long this was expected to take, and how long it took.
///
/// The expected time covers all epochs that were missing at the start. So a session that was stopped takes
/// less, and so does one whose runs diverge or are stopped early by Patience.
struct SessionTimes {
  double start;     ///< seconds since 1970-01-01 00:00:00 UTC
  double expected;  ///< seconds; NaN: not known
  double taken =
      std::numeric_limits<double>::quiet_NaN();  ///< seconds; NaN until it ends, or if it was killed
};

}  // namespace runner
