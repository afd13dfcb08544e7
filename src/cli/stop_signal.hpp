#pragma once

#include <atomic>

namespace runner::cli {

/// While it lives, the first SIGINT and the first SIGTERM set a flag; a second one of the same kind ends the
/// program as if nothing had been installed. (A batch system may send one of each.) One at a time.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  const std::atomic<bool>& requested() const;
};

}  // namespace runner::cli
