#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace runner {

/// The runner that is at work on a results file.
struct WriterProcess {
  long pid;
  std::string host;
  std::chrono::system_clock::time_point since;  ///< in whole seconds, by its host's clock
};

/// Who is at work on a results file by what its lock file says; nobody where there is none, or one that was
/// left behind by a process that has ended. One on another host counts as at work.
///
/// It looks and takes no lock, so it is never in a writer's way, and what it says may be over when it is
/// read. Throws nothing for a file that is not there or cannot be read: that is nobody.
std::optional<WriterProcess> current_writer(const std::filesystem::path& file);

}  // namespace runner
