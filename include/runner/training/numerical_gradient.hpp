#pragma once

#include "runner/compute/central_differences.hpp"
#include "runner/training/cohort_trainer.hpp"

#include <vector>

namespace runner {

/// A derivative for each parameter, laid out as Weights.
struct Derivatives {
  std::vector<double> W1;  ///< pixels × hidden
  std::vector<double> b1;  ///< hidden
  std::vector<double> W2;  ///< hidden × classes
  std::vector<double> b2;  ///< classes
};

/// The gradient of a network's loss on a batch by central differences, h = 1e-4: the gradient of a run with
/// gradient "numerical". Of `run`, only loss, activation and weight_decay matter; the term ½·λ·w² has the
/// central difference λ·w. batch.size is that of W1; labels are below the number of classes. Runs on the
/// calling thread.
Derivatives numerical_gradient(const RunSpec& run, const RawBatch& batch, const Weights& weights,
                               const CentralDifferences& functions);

}  // namespace runner
