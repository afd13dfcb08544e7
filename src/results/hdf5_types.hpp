#pragma once

#include "layout.hpp"

#include <hdf5.h>

namespace runner::hdf5 {

/// A type of the layout as it lies in the file. The identifiers are HDF5's own and are not closed.
inline hid_t file_type(layout::Type type) {
  switch (type) {
    case layout::Type::int8:
      return H5T_STD_I8LE;
    case layout::Type::uint8:
      return H5T_STD_U8LE;
    case layout::Type::int32:
      return H5T_STD_I32LE;
    case layout::Type::uint32:
      return H5T_STD_U32LE;
    case layout::Type::int64:
      return H5T_STD_I64LE;
    case layout::Type::float32:
      return H5T_IEEE_F32LE;
    case layout::Type::float64:
      return H5T_IEEE_F64LE;
    case layout::Type::character:
      return H5T_C_S1;
  }
  return H5I_INVALID_HID;
}

}  // namespace runner::hdf5
