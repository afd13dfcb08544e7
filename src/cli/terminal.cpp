#include "terminal.hpp"

#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

namespace runner::cli {

std::size_t terminal_columns(int descriptor) {
  winsize size{};
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

TableStyle table_style() {
  const char* no_colour = std::getenv("NO_COLOR");
  return {terminal_columns(STDOUT_FILENO),
          isatty(STDOUT_FILENO) != 0 && (no_colour == nullptr || *no_colour == '\0')};
}

}  // namespace runner::cli
