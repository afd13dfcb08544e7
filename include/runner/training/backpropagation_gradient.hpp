#pragma once

#include "runner/training/numerical_gradient.hpp"

namespace runner {

/// The gradient of a training step by back-propagation, as the float32 numbers that the step uses. Of `run`,
/// only loss, activation and weight_decay matter. The training set of `batch` is the mini-batch. Runs on the
/// calling thread.
Derivatives backpropagation_gradient(const RunSpec& run, const Dataset& batch, const Weights& weights,
                                     const Backend& backend);

}  // namespace runner
