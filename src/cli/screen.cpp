#include "screen.hpp"

#include "runner/error/error.hpp"

#include "standard_streams.hpp"

#include <array>
#include <cerrno>
#include <string>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace runner::cli {
namespace {

sigset_t awaited_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal :
       {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGXCPU, SIGALRM, SIGTSTP, SIGWINCH})
    sigaddset(&set, signal);
  return set;
}

}  // namespace

Screen::Screen() : keys_(isatty(STDIN_FILENO) != 0) {
  const sigset_t set = awaited_signals();
  signals_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals_ < 0) throw system_failure("cannot wait for signals", errno);
  sigprocmask(SIG_BLOCK, &set, &mask_);
  enter();
}

Screen::~Screen() {
  leave();
  sigprocmask(SIG_SETMASK, &mask_, nullptr);
  close(signals_);
}

void Screen::enter() {
  keys_ = keys_ && tcgetattr(STDIN_FILENO, &terminal_) == 0;
  if (keys_) {
    termios raw = terminal_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    // A Ctrl-C discards the keys before it, which may have been announced: reading must not wait for them.
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
  }
  put("\x1b[?1049h\x1b[?25l\x1b[?7l");
}

/// A terminal that is gone or stopped keeps nobody from what a signal asks for: SIGHUP says so.
void Screen::put(std::string_view text) noexcept {
  write_all(STDOUT_FILENO, text, signals_);
}

void Screen::leave() noexcept {
  put("\x1b[?7h\x1b[?25h\x1b[?1049l");
  if (keys_) tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal_);
}

void Screen::draw(std::string_view frame) {
  // Line over line, each first erased, then what is below: nothing flickers.
  std::string text = "\x1b[H";
  for (std::size_t begin = 0; begin < frame.size();) {
    const std::size_t end = frame.find('\n', begin);
    text.append("\x1b[K").append(frame.substr(begin, end - begin)).append("\n");
    begin = end + 1;
  }
  put(text += "\x1b[J");
}

Screen::Event Screen::wait(std::chrono::nanoseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return Event::timeout;
    // A negative descriptor is passed over.
    std::array<pollfd, 2> sources{pollfd{signals_, POLLIN, 0}, pollfd{keys_ ? STDIN_FILENO : -1, POLLIN, 0}};
    if (poll(sources.data(), sources.size(), static_cast<int>(left.count())) <= 0) continue;
    Event event = Event::timeout;
    if (sources[0].revents != 0) event = take_signal();
    if ((sources[1].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0) keys_ = false;  // no more are to come
    if (event == Event::timeout && (sources[1].revents & POLLIN) != 0) event = take_key();
    if (event != Event::timeout) return event;
  }
}

Screen::Event Screen::take_signal() {
  signalfd_siginfo signal;
  if (read(signals_, &signal, sizeof(signal)) != sizeof(signal)) return Event::timeout;
  switch (signal.ssi_signo) {
    case SIGTSTP:
      leave();
      raise(SIGSTOP);
      enter();
      return Event::redraw;
    case SIGWINCH:
      return Event::redraw;
    default:
      return Event::quit;
  }
}

Screen::Event Screen::take_key() {
  char key = 0;
  if (read(STDIN_FILENO, &key, 1) < 0) keys_ = false;
  return key == 'q' ? Event::quit : Event::timeout;
}

}  // namespace runner::cli
