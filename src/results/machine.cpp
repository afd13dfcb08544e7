#include "machine.hpp"

#include <chrono>

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

}  // namespace runner
