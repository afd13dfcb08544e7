#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace runner {

/// The process that writes a results file.
struct WriterProcess {
  long pid;
  std::string host;
  std::chrono::system_clock::time_point since;  ///< in whole seconds, by its host's clock
};

/// The process that writes a results file, as its lock file says. Nothing if there is no lock file, or if it
/// was left behind by a process that has ended. A process on another host counts as running.
///
/// Takes no lock, so it never disturbs a writer; the answer may be out of date when it is read. A file that
/// is not there or cannot be read gives nothing; it throws nothing.
std::optional<WriterProcess> current_writer(const std::filesystem::path& file);

}  // namespace runner
