#pragma once

#include <atomic>

namespace runner::cli {

/// While it lives, the first SIGINT or SIGTERM sets a flag; a second one ends the program as if nothing had
/// been installed. One at a time.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  const std::atomic<bool>& requested() const;
};

}  // namespace runner::cli
