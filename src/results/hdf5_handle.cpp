#include "hdf5_handle.hpp"

namespace runner::hdf5 {
namespace {

std::mutex turn;
bool without_clean_up = false;  // guarded by turn

}  // namespace

Session::Session() : turn_(turn) {
  // A file that could not be closed, on a full disk, would crash HDF5's clean-up at the end of the program.
  // All that was opened has been closed by then, so there is nothing to clean up. To be said before the first
  // call; HDF5 starts with it.
  if (!without_clean_up) without_clean_up = H5dont_atexit() >= 0;
  H5Eget_auto2(H5E_DEFAULT, &print_, &print_to_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Session::~Session() {
  H5Eset_auto2(H5E_DEFAULT, print_, print_to_);
}

std::string last_error() {
  std::string cause = "unknown cause";
  // Upward: the first entry is where the failure arose; those after it only say who was calling.
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned depth, const H5E_error2_t* entry, void* text) -> herr_t {
        if (depth == 0 && entry->desc != nullptr) *static_cast<std::string*>(text) = entry->desc;
        return 0;
      },
      &cause);
  return cause;
}

PropertyList file_access() {
  const std::string doing = "set how results files are opened";
  PropertyList list(H5Pcreate(H5P_FILE_ACCESS), doing);
  check(H5Pset_libver_bounds(list, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18), doing);
  check(H5Pset_file_locking(list, false, true), doing);
  return list;
}

}  // namespace runner::hdf5
