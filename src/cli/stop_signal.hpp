#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <thread>

namespace runner::cli {

/// While it lives, the first SIGINT or SIGTERM sets a flag, and a thread calls `answer`, once. A second
/// signal of the same kind ends the program at once with exit_stopped. (A batch system may send one of each.)
/// One at a time.
class StopSignal {
 public:
  /// `answer` runs beside whatever the program does then. Throws Error where there is no pipe to be had.
  explicit StopSignal(std::function<void()> answer);
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  const std::atomic<bool>& requested() const;

 private:
  std::array<int, 2> pipe_{};  // to read from, to write to
  std::thread thread_;
};

}  // namespace runner::cli
