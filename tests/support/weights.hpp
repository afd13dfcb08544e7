#pragma once

#include "runner/model/weights.hpp"

#include <vector>

namespace runner::test {

/// Appends a run's parameters, W1, b1, W2, b2.
inline void append_weights(const Weights& weights, std::vector<float>& numbers) {
  for (const TensorInfo& tensor : tensor_table) {
    const std::vector<float>& values = weights.*tensor.values;
    numbers.insert(numbers.end(), values.begin(), values.end());
  }
}

/// Appends all that a run goes on from: its parameters, then each moment of them.
inline void append_state(const TrainingState& state, std::vector<float>& numbers) {
  append_weights(state.weights, numbers);
  for (const Weights& moment : state.moments) append_weights(moment, numbers);
}

}  // namespace runner::test
