#pragma once

#include "runner/files/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

/// The last array of a results file says what the file is, and has a checksum over all that never changes:
/// its structure and texts, everything that is not in an array. It is compared before HDF5 sees the file, as
/// HDF5 may crash on a damaged one.
namespace runner {

/// Some bytes of a file.
struct ByteRange {
  std::uint64_t offset;
  std::uint64_t length;

  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// Its length, padding included. It is near enough to the end of the file to be found from there.
inline constexpr std::size_t seal_length = 4096;

/// Seals a file that is whole: `arrays` are all of its arrays, `place` is the one for the seal. Throws Error
/// (failure).
void seal_file(const std::filesystem::path& file, std::vector<ByteRange> arrays, const ByteRange& place);

/// Makes sure that a file is a results file of some version. Throws Error: bad_input if it is not there, no
/// file, of another program, or damaged where it would say what it is; failure if it cannot be read.
void require_results_file(const std::filesystem::path& file);

/// Opens a file for reading, and makes sure that it is a results file of this program's layout and that its
/// structure is what it was when it was made. Throws as require_results_file, and bad_input.
Descriptor open_sealed(const std::filesystem::path& file);

}  // namespace runner
