#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// An array of float32 under a name.
struct NamedArray {
  std::string name;
  std::vector<std::size_t> shape;
  std::span<const float> values;  ///< in C order, as many as the shape says
};

/// The bytes of a .npz archive that numpy.load reads: a ZIP archive without compression that has a file
/// NAME.npy for each array. Equal arrays make equal bytes. Formats:
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html and
/// https://pkware.cachefly.net/webdocs/APPNOTE/APPNOTE-6.3.9.TXT (4.3). Throws Error (bad_input) for an
/// archive of 4 GB or more, which this format has no room for.
std::string npz_archive(std::span<const NamedArray> arrays);

}  // namespace runner
