#pragma once

#include "runner/compute/elementwise.hpp"
#include "runner/data/batch_order.hpp"

#include <cstdint>
#include <string_view>

namespace runner {

/// One network trained with one specification: the values of the sweep's axes. Its numbers depend on these
/// and the data alone.
struct RunSpec {
  double learning_rate = 0.1;  ///< > 0; training uses its float32
  std::int32_t batch_size = 100;
  std::int32_t hidden_size = 50;
  Loss loss = Loss::cross_entropy;
  Sampling sampling = Sampling::shuffle;
  double weight_init_std = 0.01;  ///< > 0; training uses its float32
  std::int64_t seed = 1;          ///< 0 … 2^63−1

  friend bool operator==(const RunSpec&, const RunSpec&) = default;
};

/// "cross_entropy", "mean_squared_error".
std::string_view to_string(Loss loss);

/// Whether two runs see the same mini-batches in the same order, and so can be trained in lockstep.
bool same_batches(const RunSpec& a, const RunSpec& b);

}  // namespace runner
