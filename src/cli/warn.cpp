#include "warn.hpp"

#include <mutex>
#include <set>

#include <fmt/format.h>

namespace runner::cli {

void warn(const std::string& text) {
  static std::mutex mutex;
  static std::set<std::string> said;
  const std::lock_guard lock(mutex);
  if (said.insert(text).second) fmt::print(stderr, "runner: {}\n", text);
}

}  // namespace runner::cli
