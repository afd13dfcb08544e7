#pragma once

// What an activation is. Each is a struct:
//
//   value(a)   of a number, in float32 and in double
//   slope(z)   its derivative where its value is z, of a register of numbers
//
// Included by the code that is compiled per instruction set.

#include "runner/compute/elementwise.hpp"
#include "runner/compute/portable_math.hpp"

namespace runner::RUNNER_INSTRUCTION_SET {

/// 1 / (1 + exp(−a)).
struct Sigmoid {
  [[gnu::always_inline]] static inline float value(float a) { return 1.0f / (1.0f + portable::exp(-a)); }

  /// By exp of a number that is not positive, which cannot overflow.
  [[gnu::always_inline]] static inline double value(double a) {
    const double e = portable::exp_negative(a < 0 ? a : -a);
    return (a < 0 ? e : 1.0) / (1.0 + e);
  }

  template <class Numbers>
  [[gnu::always_inline]] static inline Numbers slope(Numbers z) {
    return (1.0f - z) * z;
  }
};

struct Tanh {
  [[gnu::always_inline]] static inline float value(float a) { return portable::tanh(a); }
  [[gnu::always_inline]] static inline double value(double a) { return portable::tanh(a); }

  template <class Numbers>
  [[gnu::always_inline]] static inline Numbers slope(Numbers z) {
    return 1.0f - z * z;
  }
};

/// max(a, 0); not a number where a is none. Its slope at 0 is taken for 0.
struct Relu {
  [[gnu::always_inline]] static inline float value(float a) { return a < 0 ? 0.0f : a; }
  [[gnu::always_inline]] static inline double value(double a) { return a < 0 ? 0.0 : a; }

  template <class Numbers>
  [[gnu::always_inline]] static inline Numbers slope(Numbers z) {
    const Numbers zero{}, one = zero + 1.0f;
    return z > zero ? one : zero;
  }
};

/// body(the struct of an activation).
template <class Body>
[[gnu::always_inline]] inline void with_activation(Activation activation, const Body& body) {
  switch (activation) {
    case Activation::sigmoid:
      return body(Sigmoid{});
    case Activation::tanh:
      return body(Tanh{});
    case Activation::relu:
      return body(Relu{});
  }
}

}  // namespace runner::RUNNER_INSTRUCTION_SET
