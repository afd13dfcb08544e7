#pragma once

#include "runner/compute/elementwise.hpp"
#include "runner/data/random.hpp"
#include "runner/model/enumerations.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace runner {

/// Draws a weight matrix hidden-major: out[h·width + i] = float32(std·N(0,1)), h < hidden, i < width.
///
/// Row h is random stream h of `purpose`, so the first rows of a larger network are the rows of a smaller one
/// and any row can be drawn alone. W1: width = pixels; W2: width = classes. Thread-safe.
void initial_weights(const Elementwise& ops, std::uint64_t seed, RandomPurpose purpose, std::size_t hidden,
                     std::size_t width, float std, float* out);

/// The standard deviation of the initial weights of a layer that has so many inputs: `weight_init_std`, or
/// 1/√inputs (Xavier; Glorot and Bengio 2010 as the book has it), or √(2/inputs) (He et al. 2015).
inline double initial_std(WeightInit init, double weight_init_std, std::size_t inputs) {
  const auto n = static_cast<double>(inputs);
  return init == WeightInit::xavier ? 1 / std::sqrt(n)
         : init == WeightInit::he   ? std::sqrt(2 / n)
                                    : weight_init_std;
}

}  // namespace runner
