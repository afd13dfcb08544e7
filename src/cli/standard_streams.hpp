#pragma once

#include "runner/error/error.hpp"
#include "runner/error/printable.hpp"

#include <string_view>

#include <fmt/format.h>

namespace runner::cli {

/// Opens those of the descriptors 0 to 2 that are closed on /dev/null, so that no file gets their number and
/// with it what is meant for them; and has writes that end a program by default (to a pipe that nobody reads,
/// beyond the largest size of a file) fail with an error. To be called before anything opens a file.
void prepare_standard_streams();

/// Standard output cannot be written as its reader has gone, as in `| head`.
class ReaderGone : public Error {
 public:
  ReaderGone();
};

/// "cannot write to standard output: No space left on device" for that errno value.
Error output_error(int error);

/// Writes to a descriptor whether or not it blocks, and waits while it takes nothing. From when on `hurry`,
/// another descriptor, can be read, a wait lasts a second at most; −1: that never happens. Returns 0 or an
/// errno value: ETIMEDOUT where it did not wait any longer.
int write_all(int descriptor, std::string_view text, int hurry = -1) noexcept;

/// Prints on standard output: the one way to do so. Throws Error where it cannot be written. What print_out
/// is given may come from outside: a terminal obeys nothing in it.
void put_out(std::string_view text);
template <class... Values>
void print_out(fmt::format_string<Values...> format, Values&&... values) {
  put_out(printable_lines(fmt::format(format, std::forward<Values>(values)...)));
}

/// Prints a message on standard error, of which a terminal obeys nothing. What cannot be written, or not
/// within a second, is lost: a message is no reason to end.
void put_message(std::string_view text) noexcept;
template <class... Values>
void print_message(fmt::format_string<Values...> format, Values&&... values) {
  put_message(fmt::format(format, std::forward<Values>(values)...));
}

/// The same for a message that is soon followed by a newer one: it does not wait at all.
void put_fleeting_message(std::string_view text) noexcept;

}  // namespace runner::cli
