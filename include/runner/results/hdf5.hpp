#pragma once

namespace runner {

/// Tells HDF5 to leave out what it does at the end of the process: after a file that could not be closed, on
/// a full disk, it would crash there. That holds for all that uses HDF5 in the process, so the program has to
/// ask for it, before anything else is done with results or HDF5; later it has no effect. Results files are
/// whole without it.
void leave_out_hdf5_clean_up() noexcept;

}  // namespace runner
