#pragma once

#include "runner/data/array.hpp"

#include "byte_source.hpp"

#include <cstddef>
#include <filesystem>

/// The formats of arrays, each in a source file of its name. A function is_…() tells a format by the first
/// bytes of a file; open_…() reads the header and takes the file over.
namespace runner {

/// How many bytes of a file must have been read before is_…() can tell its format.
inline constexpr std::size_t longest_signature = 8;

bool is_idx(const BegunFile& file);
ArrayReader open_idx(BegunFile file);

bool is_npy(const BegunFile& file);
ArrayReader open_npy(BegunFile file);

bool is_zip(const BegunFile& file);

/// A file that has been read to its longest_signature. bad_input where it is empty.
BegunFile begun(const std::filesystem::path& path);

/// The array that such a file is. `else_is` ends the message where it is none: "a PNG".
ArrayReader open_array(BegunFile file, std::string_view what, std::string_view formats);

/// The bytes of so many numbers; throws Error (bad_input) where no file has room for them.
std::uint64_t bytes_of(const std::string& name, const Shape& shape, std::size_t size);

}  // namespace runner
