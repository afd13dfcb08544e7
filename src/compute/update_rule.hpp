#pragma once

// What an optimizer is: how a step changes a parameter by its gradient. The formula stands here alone;
// numbers and registers of numbers go through it.

namespace runner {
namespace {

/// Plain gradient descent: w ← w − rate·gradient, two operations, each rounded on its own.
struct Sgd {
  template <class Numbers>
  [[gnu::always_inline]] static Numbers updated(Numbers w, Numbers rate, Numbers gradient) {
    return w - rate * gradient;
  }
};

}  // namespace
}  // namespace runner
