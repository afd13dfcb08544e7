#include "standard_streams.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <exception>
#include <optional>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace runner::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds a_second{1000};

/// Something to write to. Of a terminal it has a non-blocking description of its own where it may: poll says
/// that there is room for a character, and a write of more would wait for the rest. One that is shared with
/// other programs is left as it is.
class Sink {
 public:
  explicit Sink(int descriptor) noexcept : descriptor_(descriptor) {
    if (isatty(descriptor) == 0) return;
    constexpr std::array<const char*, 3> names{"/dev/stdin", "/dev/stdout", "/dev/stderr"};
    own_ = open(names[static_cast<std::size_t>(descriptor)], O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (own_ >= 0) descriptor_ = own_;
  }
  ~Sink() {
    if (own_ >= 0) close(own_);
  }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
  int own_ = -1;
};

/// From when on waits are short: from the start, or when a descriptor can be read (−1: never).
struct Haste {
  bool now;
  int descriptor;
};

/// In haste, gives up when nothing has been taken for so long.
int write_patiently(int descriptor, std::string_view text, Haste haste, milliseconds patience) noexcept {
  const Sink sink(descriptor);
  std::optional<Clock::time_point> end;
  if (haste.now) end = Clock::now() + patience;
  while (!text.empty()) {
    std::array<pollfd, 2> both{pollfd{sink.descriptor(), POLLOUT, 0}, pollfd{haste.descriptor, POLLIN, 0}};
    const auto left = end ? std::chrono::ceil<milliseconds>(*end - Clock::now()).count() : -1;
    const int ready = poll(both.data(), end ? 1 : 2, static_cast<int>(end ? std::max<long>(left, 0) : left));
    if (ready < 0 && errno != EINTR && errno != EAGAIN) return errno;
    if (!end && both[1].revents != 0) end = Clock::now() + patience;
    if (both[0].revents != 0) {
      // A pipe with room has it for so much at least: a write that would block does not.
      const std::size_t part = std::min<std::size_t>(text.size(), PIPE_BUF);
      const ssize_t written = write(sink.descriptor(), text.data(), part);
      if (written < 0 && errno != EAGAIN && errno != EINTR) return errno;
      if (written > 0) {
        text.remove_prefix(static_cast<std::size_t>(written));
        if (end) end = Clock::now() + patience;
        continue;
      }
      if (!end || Clock::now() < *end) poll(nullptr, 0, 10);  // there was room, but for less than that
    }
    if (end && Clock::now() >= *end) return ETIMEDOUT;
  }
  return 0;
}

}  // namespace

void prepare_standard_streams() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    // It gets the lowest free number, which is this one.
    if (fcntl(number, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) < 0)
      throw system_failure("cannot open /dev/null", errno);
  for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);
}

ReaderGone::ReaderGone() : Error(output_error(EPIPE)) {}

Error output_error(int error) {
  return system_failure("cannot write to standard output", error);
}

int write_all(int descriptor, std::string_view text, int hurry) noexcept {
  return write_patiently(descriptor, text, {false, hurry}, a_second);
}

void put_out(std::string_view text) {
  const int error = write_all(STDOUT_FILENO, text);
  if (error == EPIPE) throw ReaderGone();
  if (error != 0) throw output_error(error);
}

void put_message(std::string_view text) noexcept {
  std::string shown;
  try {
    shown = printable_lines(text);
  } catch (const std::exception&) {
    // There is no memory, and the message says so in words of our own.
  }
  // Who has waited in vain does not do so for each message.
  static std::atomic<bool> in_vain{false};
  const milliseconds patience = in_vain ? milliseconds(0) : a_second;
  in_vain = write_patiently(STDERR_FILENO, shown.empty() ? text : shown, {true, -1}, patience) == ETIMEDOUT;
}

void put_fleeting_message(std::string_view text) noexcept {
  write_patiently(STDERR_FILENO, text, {true, -1}, milliseconds(0));
}

}  // namespace runner::cli
