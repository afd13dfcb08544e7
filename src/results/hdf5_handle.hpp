#pragma once

#include "runner/error/error.hpp"

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <hdf5.h>

/// What needs care when HDF5's C API is used from C++: threads, closing, and the texts of errors.
namespace runner::hdf5 {

/// The right to call HDF5: one thread of the process holds it at a time, as the library is not thread-safe.
/// While it is held HDF5 prints nothing; that switch belongs to the thread and is put back afterwards.
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  std::unique_lock<std::mutex> turn_;
  H5E_auto2_t print_ = nullptr;
  void* print_to_ = nullptr;
};

/// Why the last call failed, in the system's words ("Input/output error") where the system refused something,
/// or else in HDF5's.
struct Cause {
  bool system;  ///< the system: a read, a write, memory
  std::string text;
};
Cause last_cause();

/// Returns what an HDF5 call returned; a negative value becomes an Error (failure) "cannot `doing`: cause".
/// Also for calls that answer a question: 0 means no, negative means that HDF5 could not tell.
template <class Result>
Result check(Result result, const std::string& doing) {
  if (result < 0) throw failure("cannot " + doing + ": " + last_cause().text);
  return result;
}

/// Something could not be closed. Guarded by Session.
void note_failed_close() noexcept;

/// Throws Error (failure) "cannot `doing`: cause" if anything could not be closed since the last call.
void check_closes(const std::string& doing);

/// Owns an HDF5 identifier. Move-only. HDF5 may write when something is closed: the destructor, which never
/// throws, notes a failure for check_closes().
template <herr_t (*Close)(hid_t)>
class Handle {
 public:
  Handle(hid_t id, const std::string& doing) : id_(check(id, doing)) {}
  ~Handle() {
    if (id_ >= 0 && Close(id_) < 0) note_failed_close();
  }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  Handle& operator=(Handle&&) = delete;

  operator hid_t() const noexcept { return id_; }

  /// Closes now, where a failure matters at once.
  void close(const std::string& doing) { check(Close(std::exchange(id_, -1)), doing); }

 private:
  hid_t id_;
};

using File = Handle<H5Fclose>;
using Group = Handle<H5Gclose>;
using Dataset = Handle<H5Dclose>;
using Dataspace = Handle<H5Sclose>;
using Attribute = Handle<H5Aclose>;
using Datatype = Handle<H5Tclose>;
using PropertyList = Handle<H5Pclose>;

/// Lists the names of an object's attributes in `names`, sorted. Returns what HDF5 returned: negative where
/// that failed.
herr_t list_attributes(hid_t object, std::vector<std::string>& names);

/// Lists everything under a file or group in `links`, sorted: its path from there, and what leads to it.
using Links = std::vector<std::pair<std::string, H5L_type_t>>;
herr_t list_links(hid_t group, Links& links);

/// How every results file is opened: a format every HDF5 since 1.8 reads, that keeps no open-for-write mark;
/// and without HDF5's own file locks, so that readers and the writer do not stop each other.
PropertyList file_access();

}  // namespace runner::hdf5
