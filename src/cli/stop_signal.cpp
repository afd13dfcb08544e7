#include "stop_signal.hpp"

#include <csignal>

namespace runner::cli {
namespace {

std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may touch nothing else");

void request_stop(int) {
  stop_requested.store(true);
}

void set_handler(void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

}  // namespace

StopSignal::StopSignal() {
  stop_requested = false;
  // SA_RESETHAND: who asks twice does not want to wait for the epoch.
  set_handler(request_stop, SA_RESTART | static_cast<int>(SA_RESETHAND));
}

StopSignal::~StopSignal() {
  set_handler(SIG_DFL, 0);
}

const std::atomic<bool>& StopSignal::requested() const {
  return stop_requested;
}

}  // namespace runner::cli
