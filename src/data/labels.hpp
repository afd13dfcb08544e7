#pragma once

#include "runner/data/array.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace runner {

/// What an array of labels holds, a number for each image.
struct LabelNumbers {
  std::vector<std::int64_t> values;  ///< as they stand there; of one-hot rows the place of the 1
  std::size_t one_hot = 0;           ///< the length of one-hot rows; 0 for plain numbers
};

/// Reads labels: (n,) integers of any type; or (n, classes) one-hot rows of any type, which are 1 in one
/// place and 0 elsewhere; or (n, 8) integers of an IDX file, QMNIST's table, whose first column is the class.
///
/// Throws Error (bad_input) that names the array and the rule it breaks.
LabelNumbers read_label_numbers(ArrayReader& array);

}  // namespace runner
