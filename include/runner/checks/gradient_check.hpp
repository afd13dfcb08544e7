#pragma once

#include "runner/training/numerical_gradient.hpp"

#include <array>
#include <string_view>

namespace runner {

/// The difference of two gradients in one block of parameters.
struct BlockError {
  std::string_view block;  ///< "W1", "b1", "W2", "b2"
  double largest;          ///< magnitude in the reference
  double error;  ///< largest difference of an entry, divided by `largest`; 0 if the blocks are equal
};

/// Compares block by block. A NaN anywhere is an infinite error.
std::array<BlockError, 4> compare_gradients(const Derivatives& gradient, const Derivatives& reference);

}  // namespace runner
