#pragma once

#include "runner/training/cohort_trainer.hpp"

#include <vector>

namespace runner::test {

/// Appends a run's parameters, W1, b1, W2, b2, without the padding.
inline void append_weights(const WeightsView& w, std::vector<float>& numbers) {
  for (std::size_t d = 0; d < w.pixels; ++d)
    for (std::size_t h = 0; h < w.hidden; ++h) numbers.push_back(w.W1(d, h));
  numbers.insert(numbers.end(), w.b1, w.b1 + w.hidden);
  for (std::size_t h = 0; h < w.hidden; ++h)
    numbers.insert(numbers.end(), w.W2 + h * w.W2_stride, w.W2 + h * w.W2_stride + w.classes);
  numbers.insert(numbers.end(), w.b2, w.b2 + w.classes);
}

}  // namespace runner::test
