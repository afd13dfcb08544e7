#include "stop_signal.hpp"

#include "runner/error/error.hpp"

#include "exit_codes.hpp"

#include <cerrno>
#include <csignal>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace runner::cli {
namespace {

std::atomic<bool> stop_requested{false};
std::atomic<bool> seen_interrupt{false};
std::atomic<bool> seen_terminate{false};
std::atomic<int> answer_pipe{-1};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free,
              "a signal handler may touch nothing else");

constexpr char asked = 's', over = 'e';

void request_stop(int signal) {
  std::atomic<bool>& seen = signal == SIGINT ? seen_interrupt : seen_terminate;
  // Who asks twice does not want to wait for the epoch. What is committed is on file whenever the process
  // ends.
  if (seen.exchange(true)) _exit(exit_stopped);
  if (stop_requested.exchange(true)) return;
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(answer_pipe.load(), &asked, 1);
  errno = error;
}

void set_handler(void (*handler)(int), int flags) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

}  // namespace

StopSignal::StopSignal(std::function<void()> answer) {
  for (std::atomic<bool>* flag : {&stop_requested, &seen_interrupt, &seen_terminate}) *flag = false;
  if (pipe2(pipe_.data(), O_CLOEXEC) != 0) throw system_failure("cannot make a pipe for signals", errno);
  answer_pipe = pipe_[1];
  thread_ = std::thread([reader = pipe_[0], answer = std::move(answer)] {
    // Until the end of the object, also after its answer: whoever ends the program leaves no thread behind
    // that nobody has joined.
    for (char what = over;;) {
      const ssize_t got = read(reader, &what, 1);
      if (got < 0 && errno == EINTR) continue;
      if (got != 1 || what != asked) return;
      answer();
    }
  });
  set_handler(request_stop, SA_RESTART);
}

StopSignal::~StopSignal() {
  set_handler(SIG_DFL, 0);
  // A signal that came before is ahead of this in the pipe, and is answered.
  [[maybe_unused]] const ssize_t written = write(pipe_[1], &over, 1);
  thread_.join();
  for (const int end : pipe_) close(end);
}

const std::atomic<bool>& StopSignal::requested() const {
  return stop_requested;
}

}  // namespace runner::cli
