#include "runner/error/counted.hpp"

#include <fmt/format.h>

namespace runner {

std::string counted(std::size_t n, std::string_view noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

}  // namespace runner
