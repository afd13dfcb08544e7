#include "terminal.hpp"

#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace runner::cli {
namespace {

winsize size_of(int descriptor) {
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0) size = {};
  if (size.ws_col == 0) size.ws_col = 80;
  if (size.ws_row == 0) size.ws_row = 25;
  return size;
}

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

std::string_view terminal_type() {
  const char* type = std::getenv("TERM");
  return type == nullptr ? "" : type;
}

bool in_colour() {
  return knows_escapes(STDOUT_FILENO) && !is_set("NO_COLOR");
}

}  // namespace

std::size_t terminal_columns(int descriptor) {
  return size_of(descriptor).ws_col;
}

TableStyle table_style() {
  return {terminal_columns(STDOUT_FILENO), in_colour()};
}

ScreenStyle screen_style() {
  const winsize size = size_of(STDOUT_FILENO);
  return {size.ws_col, size.ws_row - std::size_t{1}, in_colour()};
}

bool knows_escapes(int descriptor) {
  return isatty(descriptor) != 0 && terminal_type() != "dumb";
}

bool can_draw() {
  return knows_escapes(STDOUT_FILENO) && !terminal_type().empty();
}

}  // namespace runner::cli
