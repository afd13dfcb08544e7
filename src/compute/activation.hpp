#pragma once

// What an activation is. Each is a struct:
//
//   value(a)   of a number, in float32 and in double
//   slope(z)   its derivative where its value is z, of a number or of a register of them
//
// Included by the code that is compiled per instruction set.

#include "runner/compute/elementwise.hpp"

#include "simd_math.hpp"

namespace runner::RUNNER_INSTRUCTION_SET {

/// 1 / (1 + exp(−a)).
struct Sigmoid {
  [[gnu::always_inline]] static inline float value(float a) { return 1.0f / (1.0f + exp(-a)); }

  /// By exp of a number that is not positive, which cannot overflow.
  [[gnu::always_inline]] static inline double value(double a) {
    const double e = exp_negative(a < 0 ? a : -a);
    return (a < 0 ? e : 1.0) / (1.0 + e);
  }

  template <class Numbers>
  [[gnu::always_inline]] static inline Numbers slope(Numbers z) {
    return (1.0f - z) * z;
  }
};

/// body(the struct of an activation).
template <class Body>
[[gnu::always_inline]] inline void with_activation(Activation activation, const Body& body) {
  switch (activation) {
    case Activation::sigmoid:
      body(Sigmoid{});
      break;
    case Activation::tanh:
    case Activation::relu:
      break;
  }
}

}  // namespace runner::RUNNER_INSTRUCTION_SET
