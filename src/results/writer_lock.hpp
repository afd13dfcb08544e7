#pragma once

#include "runner/files/descriptor.hpp"
#include "runner/files/replacement.hpp"

#include <filesystem>
#include <optional>

namespace runner {

/// The right of one process to write a results file: an exclusive flock on `file` + ".lock", which says who
/// holds it.
///
/// The system frees the lock when the process ends in any way, so a lock file left behind stops nobody. A
/// file with that name that is not a lock file is left as it is.
class WriterLock {
 public:
  /// If the file system has no locks, `note` receives a warning and there is no lock. Throws Error: bad_input
  /// if another runner holds it (pid, host and start named) or something else has its name; failure if the
  /// lock file cannot be made.
  explicit WriterLock(const std::filesystem::path& file, const Note& note = {});
  ~WriterLock() { release(); }
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

  void release() noexcept;

 private:
  std::filesystem::path path_;
  std::optional<Descriptor> held_;
};

/// Makes sure that nobody writes a results file at this moment; makes no file. Throws Error (bad_input) as
/// WriterLock does.
void require_no_writer(const std::filesystem::path& file);

/// Takes a shared flock on a results file itself, as readers with HDF5's own locks do. Then no other program
/// can open it for writing, which takes an exclusive lock. Throws Error (bad_input) if another program has it
/// open for writing now.
void keep_others_from_writing(Descriptor& file);

/// A results file that this process alone writes to, as long as this lives.
struct HeldFile {
  /// Throws Error as WriterLock and keep_others_from_writing do; bad_input, too, if it is no results file. No
  /// lock file is made beside such a one.
  explicit HeldFile(const std::filesystem::path& file, const Note& note);

  std::filesystem::path path;  ///< without links
  WriterLock lock;
  Descriptor descriptor;
};

}  // namespace runner
