#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// What a program does to the files of one folder: all of its writes, syncs, renames and removals, in their
/// order. The functions of the C library that do them are replaced in this program, for HDF5 as well.
namespace runner::test::storage {

struct Event {
  enum Kind { write, resize, sync, sync_names, rename, remove, told };
  Kind kind;
  std::string name;          ///< of the file in the folder
  std::string to;            ///< rename: its new one
  std::uint64_t offset = 0;  ///< write; resize: the new size
  std::string bytes;         ///< write
  std::size_t number = 0;    ///< told: whatever the test counts
};

/// From now on events in the folder are recorded. Lock files are left out.
void watch(const std::filesystem::path& folder);

/// Puts a note of the test's own among them.
void tell(std::size_t number);

/// Ends it, and what was recorded.
std::vector<Event> recorded();

/// Asked before each write and sync in the folder that is watched, if it is set: the number of bytes that may
/// still be written, and the errno value of what may not.
struct Fault {
  std::uint64_t bytes;
  int error;
};
void set_fault(std::optional<Fault> fault);

/// Lets the write after so many others be lost: it is said to be done, and is not.
void lose_write(std::optional<std::size_t> after);
bool has_lost_a_write();

/// Lets the sync after so many others fail with EIO.
void fail_sync(std::optional<std::size_t> after);

}  // namespace runner::test::storage
