#pragma once

#include "runner/model/run_spec.hpp"

#include <cstddef>
#include <cstdint>

namespace runner {

/// What the formulas of a step have beside the parameters, the gradients and the moments. `Number` is one
/// number or an array of them, those of hidden units side by side.
template <class Number>
struct UpdateConstants {
  Number rate{};          ///< η of this step; of Adam η/(1 − β1^t)
  Number weight_decay{};  ///< λ of the loss, 0 for biases
  Number kept{};          ///< 1 − η·decoupled_weight_decay, 1 for biases
  Number momentum{};
  Number decay_rate{};
  Number beta1{}, beta2{};
  Number inverse_root{};  ///< of Adam 1/√(1 − β2^t)
  Number epsilon{};
};

/// Those of a run in step t, which counts from 1 over all its epochs; `rate`: the learning rate of its epoch
/// (learning_rate.hpp). Worked out in double from the float32 of the run's values, β^t by power
/// (learning_rate.hpp), then rounded to float32.
UpdateConstants<float> update_constants(const RunSpec& run, float rate, std::uint64_t step);

/// The same for biases, which do not decay.
template <class Number>
UpdateConstants<Number> without_decay(UpdateConstants<Number> constants) {
  constants.weight_decay = 0;
  constants.kept = 1;
  return constants;
}

[[gnu::always_inline]] inline float square_root(float x) {
  return __builtin_sqrtf(x);
}
[[gnu::always_inline]] inline double square_root(double x) {
  return __builtin_sqrt(x);
}

/// The gradient of the loss with its ½·λ·ΣW², from g, that of the loss without. A λ of 0 changes no bit of
/// it.
template <class Number>
[[gnu::always_inline]] inline Number decayed_gradient(Number weight_decay, Number w, Number g) {
  return weight_decay == 0 ? g : g + weight_decay * w;
}

// How each optimizer moves a parameter w along its gradient g (decayed_gradient). Each is a struct, the one
// place of its formula, and inlined wherever it is used, since that is compiled for several instruction sets.
// Each operation is rounded on its own, in float32 or in double.
//
//   moments                             how many numbers it remembers of each parameter, at first 0
//   updated(constants, w, g, moment…)   the parameter after the step; changes the moments

/// Plain gradient descent: w − η·g. The book's SGD.
struct Sgd {
  static constexpr std::size_t moments = 0;

  template <class Number>
  [[gnu::always_inline]] static inline Number updated(Number w, Number rate, Number gradient) {
    return w - rate * gradient;
  }
  template <class Number>
  [[gnu::always_inline]] static inline Number updated(const UpdateConstants<Number>& c, Number w, Number g) {
    return updated(w, c.rate, g);
  }
};

/// v ← μ·v − η·g, w ← w + v. The book's Momentum.
struct Momentum {
  static constexpr std::size_t moments = 1;

  template <class Number>
  [[gnu::always_inline]] static inline Number updated(const UpdateConstants<Number>& c, Number w, Number g,
                                                      Number& v) {
    v = c.momentum * v - c.rate * g;
    return w + v;
  }
};

/// v ← μ·v − η·g, w ← w + (μ·v − η·g) with the new v (Bengio, Boulanger-Lewandowski and Pascanu 2012,
/// arXiv:1212.0901). The book's Nesterov says the same with the v from before the step: w + μ²·v − (1 +
/// μ)·η·g.
struct Nesterov {
  static constexpr std::size_t moments = 1;

  template <class Number>
  [[gnu::always_inline]] static inline Number updated(const UpdateConstants<Number>& c, Number w, Number g,
                                                      Number& v) {
    const Number step = c.rate * g;
    v = c.momentum * v - step;
    return w + (c.momentum * v - step);
  }
};

/// h ← h + g², w ← w − η·g/(√h + ε). The book's AdaGrad.
struct AdaGrad {
  static constexpr std::size_t moments = 1;

  template <class Number>
  [[gnu::always_inline]] static inline Number updated(const UpdateConstants<Number>& c, Number w, Number g,
                                                      Number& h) {
    h = h + g * g;
    return w - c.rate * g / (square_root(h) + c.epsilon);
  }
};

/// h ← ρ·h + (1 − ρ)·g², w ← w − η·g/(√h + ε). The book's RMSprop.
struct RmsProp {
  static constexpr std::size_t moments = 1;

  template <class Number>
  [[gnu::always_inline]] static inline Number updated(const UpdateConstants<Number>& c, Number w, Number g,
                                                      Number& h) {
    h = c.decay_rate * h + (1 - c.decay_rate) * (g * g);
    return w - c.rate * g / (square_root(h) + c.epsilon);
  }
};

/// m ← β1·m + (1 − β1)·g, v ← β2·v + (1 − β2)·g², w ← w − η·m̂/(√v̂ + ε) with m̂ = m/(1 − β1^t) and
/// v̂ = v/(1 − β2^t): Algorithm 1 of Kingma and Ba 2015 (arXiv:1412.6980). The book's code has the other form
/// that the paper gives, η·√(1 − β2^t)/(1 − β1^t)·m/(√v + ε): there ε counts 1/√(1 − β2^t) times as much,
/// which is 32 times in the first step. With decoupled_weight_decay λ it is AdamW (Loshchilov and Hutter
/// 2019, arXiv:1711.05101): w is first multiplied by 1 − η·λ.
struct Adam {
  static constexpr std::size_t moments = 2;

  template <class Number>
  [[gnu::always_inline]] static inline Number updated(const UpdateConstants<Number>& c, Number w, Number g,
                                                      Number& m, Number& v) {
    m = c.beta1 * m + (1 - c.beta1) * g;
    v = c.beta2 * v + (1 - c.beta2) * (g * g);
    return c.kept * w - c.rate * m / (square_root(v) * c.inverse_root + c.epsilon);
  }
};

/// body(the struct of an optimizer).
template <class Body>
[[gnu::always_inline]] constexpr inline void with_update_rule(Optimizer optimizer, const Body& body) {
  switch (optimizer) {
    case Optimizer::sgd:
      return body(Sgd{});
    case Optimizer::momentum:
      return body(Momentum{});
    case Optimizer::nesterov:
      return body(Nesterov{});
    case Optimizer::adagrad:
      return body(AdaGrad{});
    case Optimizer::rmsprop:
      return body(RmsProp{});
    case Optimizer::adam:
      return body(Adam{});
  }
}

/// Rule::updated with its moments out of an array.
template <class Rule, class Number>
[[gnu::always_inline]] inline Number updated(const UpdateConstants<Number>& c, Number w, Number g,
                                             Number* moments) {
  if constexpr (Rule::moments == 0)
    return Rule::updated(c, w, g);
  else if constexpr (Rule::moments == 1)
    return Rule::updated(c, w, g, moments[0]);
  else
    return Rule::updated(c, w, g, moments[0], moments[1]);
}

}  // namespace runner
