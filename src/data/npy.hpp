#pragma once

#include "byte_source.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace runner {

/// A NumPy array as a .npy file holds it.
struct NpyArray {
  std::string
      descr;  ///< of its numbers: '<' or '>', or '|' for bytes; their kind; their size in bytes: "|u1"
  std::vector<std::uint64_t> shape;  ///< empty: one number
  std::vector<std::uint8_t> data;    ///< in C order

  std::string shape_text() const;  ///< "(60000, 28, 28)", "(5,)"
};

/// Whether a file that has been read to its eighth byte begins as one.
bool is_npy(const BegunFile& file);

/// Reads such a file to its very end. Format:
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
/// (versions 1 to 3). Throws Error (bad_input): a header that is not NumPy's, Fortran order, records and
/// objects, more or fewer bytes than the header says.
NpyArray read_npy(BegunFile& file);

}  // namespace runner
