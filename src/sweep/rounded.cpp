#include "rounded.hpp"

#include <charconv>
#include <string>

#include <fmt/format.h>

namespace runner {

double rounded(double value, int digits) {
  const std::string text = fmt::format("{:.{}e}", value, digits - 1);
  double result = value;
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

}  // namespace runner
