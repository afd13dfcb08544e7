#pragma once

namespace runner {

/// Tells HDF5 to skip its work at the end of the process. After a file that could not be closed, on a full
/// disk, HDF5 would crash there. This affects everything in the process that uses HDF5, so the program itself
/// has to call it, before anything else is done with results or HDF5; a later call has no effect. Results
/// files are complete without that work.
void leave_out_hdf5_clean_up() noexcept;

}  // namespace runner
