#pragma once

#include "runner/training/numerical_gradient.hpp"

#include <array>
#include <string_view>

namespace runner {

/// The gradient that a step of back-propagation goes down along, the float32 numbers it is made of. `batch`
/// holds nothing but the images of the step, as its training set.
Derivatives backpropagation_gradient(Loss loss, const Dataset& batch, const Weights& weights,
                                     const Backend& backend);

/// How far two gradients are apart in one block of parameters.
struct BlockError {
  std::string_view block;  ///< "W1", "b1", "W2", "b2"
  double largest;          ///< magnitude in the reference
  double error;            ///< largest difference of an entry, over `largest`; 0 where the blocks are equal
};

/// Block by block. NaN anywhere is an infinite error.
std::array<BlockError, 4> compare_gradients(const Derivatives& gradient, const Derivatives& reference);

}  // namespace runner
