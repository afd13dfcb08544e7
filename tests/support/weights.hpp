#pragma once

#include "runner/training/cohort_trainer.hpp"

#include <vector>

namespace runner::test {

/// Appends a run's parameters, W1, b1, W2, b2, without the padding.
inline void append_weights(const WeightsView& w, std::vector<float>& numbers) {
  const Weights copy(w);
  for (const auto* part : {&copy.W1, &copy.b1, &copy.W2, &copy.b2})
    numbers.insert(numbers.end(), part->begin(), part->end());
}

}  // namespace runner::test
