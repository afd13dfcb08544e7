#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace runner {

/// What both the reader and the writer of .npz archives know of .npy and ZIP files:
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html and
/// https://pkware.cachefly.net/webdocs/APPNOTE/APPNOTE-6.3.9.TXT (4.3).

/// A .npy file begins so. The version follows: two bytes, the major one first.
inline constexpr std::string_view npy_magic = "\x93NUMPY";

/// The ending of an array's name in an archive.
inline constexpr std::string_view npy_ending = ".npy";

/// How the records of a ZIP file begin: in front of each file, for each file in the directory, and after the
/// directory. All numbers in them are little-endian.
inline constexpr std::string_view zip_local = "PK\3\4", zip_entry = "PK\1\2", zip_end = "PK\5\6";

/// Compression methods.
inline constexpr std::uint64_t zip_stored = 0, zip_deflated = 8;

/// A size or an offset of this value, or above, does not fit into its field of 32 bits; the field then has
/// this value, and a record of 64 bits has the number.
inline constexpr std::uint64_t in_zip64 = 0xffffffff;

}  // namespace runner
