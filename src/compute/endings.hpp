#pragma once

// The two endings of the backward product, for the hidden units in one register: what becomes of a gradient
// as it leaves the sums. Everything here has internal linkage, because it is compiled per instruction set.

#include "runner/compute/update_rule.hpp"

#include "unit_lanes.hpp"

namespace runner {
namespace {

/// Plain gradient descent: the gradient becomes the new weights, and is gone.
struct Descend {
  Floats rate;
  Ints largest{};  ///< bits of the largest |w| of each unit so far

  /// For the weights at w.
  [[gnu::always_inline]] void take(float* w, Floats gradient) {
    const Floats updated = Sgd::updated(load(w), rate, gradient);
    store(w, updated);
    largest = larger(largest, magnitude_bits(updated));
  }

  /// The same for a gradient of 0.
  [[gnu::always_inline]] void take_zero(const float* w) {
    largest = larger(largest, magnitude_bits(load(w)));
  }
};

/// The gradient is kept.
struct Store {
  [[gnu::always_inline]] void take(float* to, Floats gradient) { store(to, gradient); }
  [[gnu::always_inline]] void take_zero(float* to) { store(to, Floats{}); }
};

}  // namespace
}  // namespace runner
