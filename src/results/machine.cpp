#include "machine.hpp"

#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>

#include <fmt/chrono.h>
#include <unistd.h>

namespace runner {

std::string host_name() {
  char name[256] = "";
  return gethostname(name, sizeof(name) - 1) == 0 && name[0] != '\0' ? name : "unknown";
}

std::string utc_now() {
  using clock = std::chrono::system_clock;
  return fmt::format("{:%FT%TZ}", fmt::gmtime(clock::to_time_t(clock::now())));
}

std::optional<std::chrono::system_clock::time_point> utc_time(const std::string& text) {
  std::istringstream stream(text);
  stream.imbue(std::locale::classic());
  std::tm time{};
  stream >> std::get_time(&time, "%Y-%m-%dT%H:%M:%SZ");
  if (stream.fail() || stream.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  return std::chrono::system_clock::from_time_t(timegm(&time));
}

}  // namespace runner
