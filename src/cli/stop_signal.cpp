#include "stop_signal.hpp"

#include "runner/error/error.hpp"

#include "exit_codes.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace runner::cli {
namespace {

constexpr std::array signals{SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGXCPU, SIGALRM};

std::atomic<bool> stop_requested{false};
std::atomic<bool> seen_interrupt{false};
std::atomic<bool> seen_terminate{false};
std::atomic<int> asked_descriptor{-1};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free,
              "a signal handler may touch nothing else");

std::array<struct sigaction, signals.size()> actions_before;

void notify(int event) {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(event, &one, sizeof one);
}

void request_stop() {
  if (stop_requested.exchange(true)) return;
  const int error = errno;
  notify(asked_descriptor.load());
  errno = error;
}

void handle(int signal) {
  // Who asks twice does not want to wait for the epoch. What is committed is on file whenever the process
  // ends. The other signals come again by themselves: SIGXCPU each second, SIGHUP from terminal and shell.
  if (signal == SIGINT && seen_interrupt.exchange(true)) _exit(exit_stopped);
  if (signal == SIGTERM && seen_terminate.exchange(true)) _exit(exit_stopped);
  request_stop();
}

}  // namespace

StopSignal::StopSignal(std::function<void()> answer)
    : asked_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), over_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (asked_ < 0 || over_ < 0) throw system_failure("cannot make a descriptor for signals", errno);
  for (std::atomic<bool>* flag : {&stop_requested, &seen_interrupt, &seen_terminate}) *flag = false;
  asked_descriptor = asked_;
  thread_ = std::thread([this, answer = std::move(answer)] { answer_and_wait(answer); });
  struct sigaction action {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < signals.size(); ++i) {
    sigaction(signals[i], nullptr, &actions_before[i]);
    if (actions_before[i].sa_handler != SIG_IGN) sigaction(signals[i], &action, nullptr);
  }
}

StopSignal::~StopSignal() {
  // A program that was asked to stop may be asked again until it has ended, and ends as one that was stopped.
  if (!stop_requested)
    for (std::size_t i = 0; i < signals.size(); ++i) sigaction(signals[i], &actions_before[i], nullptr);
  notify(over_);
  thread_.join();
  for (const int event : {asked_, over_}) close(event);
}

/// Until the end of the object, also after its answer: whoever ends the program leaves no thread behind that
/// nobody has joined.
void StopSignal::answer_and_wait(const std::function<void()>& answer) const {
  bool answered = false;
  for (;;) {
    // A negative descriptor is passed over.
    std::array<pollfd, 2> events{pollfd{answered ? -1 : asked_, POLLIN, 0}, pollfd{over_, POLLIN, 0}};
    if (poll(events.data(), events.size(), -1) < 0) continue;
    // A signal that came before the end is answered.
    if (events[0].revents != 0) {
      answered = true;
      try {
        answer();
      } catch (const std::exception&) {
        // It needs memory, and there is none: the flag is set all the same.
      }
    }
    if (events[1].revents != 0) return;
  }
}

const std::atomic<bool>& StopSignal::requested() const {
  return stop_requested;
}

int StopSignal::descriptor() const {
  return asked_;
}

void StopSignal::request() {
  request_stop();
}

}  // namespace runner::cli
