#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include <signal.h>

namespace runner::cli {

/// While it lives, the first signal that would end the program by default, and by which others ask it to end
/// (SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU, SIGALRM), sets a flag, and a thread calls `answer`,
/// once. A second SIGINT, or a second SIGTERM, ends the program at once with exit_stopped. (A batch system
/// may send one of each, and a terminal that goes away several SIGHUPs.) Signals that are ignored when it is
/// made stay ignored. Once a stop is requested, the signals keep this meaning until the program has ended.
/// One at a time.
class StopSignal {
 public:
  /// `answer` runs beside whatever the program does then. Throws Error where there is no descriptor to be
  /// had.
  explicit StopSignal(std::function<void()> answer);
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  const std::atomic<bool>& requested() const;

  /// A descriptor that can be read from when on a stop is requested.
  int descriptor() const;

  /// Does what the first signal does. Thread-safe.
  void request();

 private:
  void answer_and_wait(const std::function<void()>& answer) const;

  int asked_, over_;  // eventfds: stop is requested; this object ends
  std::thread thread_;
};

}  // namespace runner::cli
