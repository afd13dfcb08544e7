#pragma once

#include "runner/compute/elementwise.hpp"
#include "runner/data/random.hpp"

#include <cstddef>
#include <cstdint>

namespace runner {

/// The standard deviation of the initial weights of a layer with so many inputs: weight_init_std, 1/√inputs
/// (Glorot and Bengio 2010, in the book's form) or √(2/inputs) (He et al. 2015, arXiv:1502.01852).
double initial_std(WeightInit init, double weight_init_std, std::size_t inputs);

/// Draws a weight matrix hidden-major: out[h·width + i] = float32(std·N(0,1)), h < hidden, i < width
/// (Elementwise::normal), with std = float32(initial_std).
///
/// Row h is random stream h of `purpose`, a number for each weight in order, so the first rows of a larger
/// network are the rows of a smaller one and any row can be drawn alone. W1: width = pixels; W2: width =
/// classes. Biases begin with 0. Thread-safe.
void initial_weights(const Elementwise& ops, std::uint64_t seed, RandomPurpose purpose, std::size_t hidden,
                     std::size_t width, float std, float* out);

}  // namespace runner
