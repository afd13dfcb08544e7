#pragma once

#include "runner/training/numerical_gradient.hpp"

namespace runner {

/// The gradient that a step of back-propagation goes down along, the float32 numbers it is made of. Of the
/// run count loss, activation and weight_decay. `batch` holds nothing but the images of the step, as its
/// training set. On the calling thread.
Derivatives backpropagation_gradient(const RunSpec& run, const Dataset& batch, const Weights& weights,
                                     const Backend& backend);

}  // namespace runner
