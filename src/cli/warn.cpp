#include "warn.hpp"

#include "standard_streams.hpp"

#include <mutex>
#include <set>

namespace runner::cli {

void warn(const std::string& text) {
  static std::mutex mutex;
  static std::set<std::string> said;
  const std::lock_guard lock(mutex);
  if (said.insert(text).second) print_message("runner: {}\n", text);
}

}  // namespace runner::cli
