#pragma once

#include "runner/training/cohort_trainer.hpp"

#include <vector>

namespace runner::test {

/// Appends a run's parameters, W1, b1, W2, b2, without the padding.
inline void append_weights(const WeightsView& w, std::vector<float>& numbers) {
  for (std::size_t h = 0; h < w.hidden; ++h)
    numbers.insert(numbers.end(), w.W1 + h * w.W1_stride, w.W1 + h * w.W1_stride + w.pixels);
  numbers.insert(numbers.end(), w.b1, w.b1 + w.hidden);
  numbers.insert(numbers.end(), w.W2, w.W2 + w.hidden * w.classes);
  numbers.insert(numbers.end(), w.b2, w.b2 + w.classes);
}

}  // namespace runner::test
