#pragma once

#include "runner/files/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// The last array of a results file says what the file is, and has a checksum over all that never changes:
/// its structure and texts, everything that is not in an array. It is compared before HDF5 sees the file, as
/// HDF5 may crash on a damaged one.
///
/// One thing in the structure does change: HDF5 marks a file that it has open for writing, and takes the mark
/// away when it closes the file. A program that is killed leaves it. The mark says nothing about what is in
/// the file, so the checksum leaves it out.
namespace runner {

/// Some bytes of a file.
struct ByteRange {
  std::uint64_t offset;
  std::uint64_t length;

  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

/// The contents of a seal.
struct Seal {
  int layout_version = 0;
  std::uint64_t size = 0;         ///< of the file
  std::string sha256;             ///< of the ranges, without the mark of an HDF5 writer
  std::vector<ByteRange> ranges;  ///< everything that is not in an array
};

/// A results file that is open for reading, and what its seal says.
struct SealedFile {
  Descriptor file;
  Seal seal;

  /// Whether its structure is as it was when the file was sealed.
  bool is_unchanged() const;
};

/// Length of the array that holds the seal, padding included.
inline constexpr std::size_t seal_length = 4096;

/// The parts of a file of `size` bytes that are in none of its arrays. Nothing if two arrays overlap, or if
/// an array reaches beyond the file.
std::optional<std::vector<ByteRange>> ranges_between(std::vector<ByteRange> arrays, std::uint64_t size);

/// Seals a complete file. `arrays` are all of its arrays, `place` is the array for the seal. Throws Error
/// (failure).
void seal_file(const std::filesystem::path& file, int layout_version, std::vector<ByteRange> arrays,
               const ByteRange& place);

/// Makes sure that a file is a results file of some version. Throws Error: bad_input if it is not there, is
/// not a file, is of another program, or its seal is damaged; failure if it cannot be read.
void require_results_file(const std::filesystem::path& file);

/// Opens a results file of a layout that this program reads, even if its structure has been changed. Throws
/// as require_results_file, and bad_input: another layout, cut short, a seal that cannot be read.
SealedFile open_results(const std::filesystem::path& file);

/// Opens a results file whose structure is what it was when it was sealed. Throws as open_results, and
/// bad_input.
Descriptor open_sealed(const std::filesystem::path& file);

}  // namespace runner
