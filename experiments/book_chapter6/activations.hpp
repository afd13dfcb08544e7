#pragma once

#include "runner/model/enumerations.hpp"
#include "runner/nn/functions.hpp"

#include <cmath>

// What hidden_activations.cpp and deep_activations.cpp share.

/// The ways to draw weights that are compared.
const struct {
  const char* name;
  runner::WeightInit init;
  double std;
} ways[] = {{"std 1", runner::WeightInit::std, 1},
            {"std 0.01", runner::WeightInit::std, 0.01},
            {"xavier", runner::WeightInit::xavier, 0},
            {"he", runner::WeightInit::he, 0}};

/// The standard deviation of all elements.
inline double std_of(const runner::nn::Matrix& z) {
  return std::sqrt((z.array() - z.mean()).square().mean());
}
