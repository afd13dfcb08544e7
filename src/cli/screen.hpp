#pragma once

#include <chrono>
#include <string_view>

#include <signal.h>
#include <termios.h>

namespace runner::cli {

/// The alternate screen of the terminal on standard output, for as long as it lives: without cursor, line
/// wrap and echo of keys. Signals that end, stop or resize wait for wait(); the terminal is as it was
/// afterwards. One at a time, used by one thread.
class Screen {
 public:
  enum class Event { timeout, redraw, quit };

  Screen();
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// Shows a frame, lines that end with their end of line, in place of the one before.
  void draw(std::string_view frame);

  /// Waits at most so long. redraw: its size has changed, or the program was stopped (Ctrl-Z) and goes on;
  /// quit: SIGINT (Ctrl-C) or another signal that ends programs, or q was
  /// pressed.
  Event wait(std::chrono::nanoseconds time);

 private:
  void enter();
  void put(std::string_view text) noexcept;
  void leave() noexcept;
  Event take_signal();
  Event take_key();

  int signals_;         // a signalfd
  sigset_t mask_;       // of before
  bool keys_;           // standard input is a terminal, too
  termios terminal_{};  // of before
};

}  // namespace runner::cli
