#pragma once

#include "descriptor.hpp"

#include <filesystem>
#include <optional>

namespace runner {

/// The right of one process to write a results file: an exclusive flock on `file` + ".lock", which says who
/// holds it.
///
/// The system frees it when the process ends in any way; a lock file left behind by a dead one stops nobody.
class WriterLock {
 public:
  /// Throws Error: bad_input if another runner holds it (pid, host and start named), failure if there can be
  /// no lock file.
  explicit WriterLock(const std::filesystem::path& file);
  ~WriterLock() { release(); }
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

  void release() noexcept;

 private:
  std::filesystem::path path_;
  std::optional<Descriptor> held_;
};

}  // namespace runner
