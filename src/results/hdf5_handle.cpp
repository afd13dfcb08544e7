#include "hdf5_handle.hpp"

#include "runner/results/hdf5.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <new>
#include <string_view>
#include <system_error>

namespace runner {

void leave_out_hdf5_clean_up() noexcept {
  H5dont_atexit();
}

}  // namespace runner

namespace runner::hdf5 {
namespace {

std::mutex turn;
std::string failed_close;  // guarded by turn

}  // namespace

Session::Session() : turn_(turn) {
  // HDF5 does not survive that its small allocations fail. Where there is room for all of them there is for
  // each.
  constexpr std::size_t reserve = std::size_t{8} << 20;
  void* room = std::malloc(reserve);
  if (room == nullptr) throw std::bad_alloc();
  std::free(room);
  failed_close.clear();
  H5Eget_auto2(H5E_DEFAULT, &print_, &print_to_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Session::~Session() {
  H5Eset_auto2(H5E_DEFAULT, print_, print_to_);
}

Cause last_cause() {
  struct Walk {
    Cause cause{false, "unknown cause"};
    int error = 0;
  } walk;
  // Upward: the first entry is where the failure arose; those after it only say who was calling.
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned depth, const H5E_error2_t* entry, void* to) -> herr_t {
        auto& found = *static_cast<Walk*>(to);
        const std::string_view text = entry->desc != nullptr ? entry->desc : "";
        if (depth == 0 && !text.empty()) found.cause.text = text;
        // "file read failed: time = …, errno = 5, error message = 'Input/output error', buf = …"
        constexpr std::string_view key = "errno = ";
        if (const std::size_t at = text.find(key); at != std::string_view::npos && found.error == 0)
          std::from_chars(text.data() + at + key.size(), text.data() + text.size(), found.error);
        const bool memory =
            entry->maj_num == H5E_RESOURCE || text.find("memory allocation failed") != text.npos;
        if (memory && found.error == 0) found.error = ENOMEM;
        return 0;
      },
      &walk);
  if (walk.error != 0) return {true, std::generic_category().message(walk.error)};
  return walk.cause;
}

void note_failed_close() noexcept {
  if (failed_close.empty()) failed_close = last_cause().text;
}

void check_closes(const std::string& doing) {
  if (!failed_close.empty())
    throw failure("cannot " + doing + ": " + std::exchange(failed_close, std::string()));
}

// Both in native order, and sorted afterwards. For any other order HDF5 1.10 makes a table first, and where a
// read fails it frees entries of the table that it has not filled.

herr_t list_attributes(hid_t object, std::vector<std::string>& names) {
  hsize_t first = 0;
  const herr_t result = H5Aiterate2(
      object, H5_INDEX_NAME, H5_ITER_NATIVE, &first,
      [](hid_t, const char* name, const H5A_info_t*, void* to) -> herr_t {
        static_cast<std::vector<std::string>*>(to)->emplace_back(name);
        return 0;
      },
      &names);
  std::sort(names.begin(), names.end());
  return result;
}

herr_t list_links(hid_t group, Links& links) {
  const herr_t result = H5Lvisit(
      group, H5_INDEX_NAME, H5_ITER_NATIVE,
      [](hid_t, const char* path, const H5L_info_t* link, void* to) -> herr_t {
        static_cast<Links*>(to)->emplace_back(path, link->type);
        return 0;
      },
      &links);
  std::sort(links.begin(), links.end());
  return result;
}

PropertyList file_access() {
  const std::string doing = "set how results files are opened";
  PropertyList list(H5Pcreate(H5P_FILE_ACCESS), doing);
  check(H5Pset_libver_bounds(list, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18), doing);
  check(H5Pset_file_locking(list, false, true), doing);
  return list;
}

}  // namespace runner::hdf5
