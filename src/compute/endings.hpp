#pragma once

// The two endings of the backward product, for the hidden units in one register: what becomes of the
// gradients as they leave the sums, four pixels at a time. Everything here has internal linkage, because it
// is compiled per instruction set.

#include "runner/compute/update_rule.hpp"

#include "unit_lanes.hpp"

namespace runner {
namespace {

/// The products of four terms.
using FourFloats = Floats[four_terms];

/// Plain gradient descent: the gradient becomes the new weights, and is gone.
///
/// The new weights are written in fixed point at once, with the exponents of the weights before: a unit's
/// exponent seldom changes from one step to the next. Whoever uses this compares it with that of `largest`
/// afterwards, and writes all again where they differ.
///
/// Write: write(quad, q) writes the digits of four terms of the units in the register.
///
/// The last pixels have a function of their own, so that the compiler keeps the numbers of all others in
/// registers.
template <class Write>
struct Descend {
  Floats rate;
  Floats power;  ///< 2^e of the weights before
  Write write;
  Ints largest{};  ///< bits of the largest |w| of each unit so far

  /// For the weights of four pixels, `lanes` numbers apart from w on.
  [[gnu::always_inline]] void take(std::size_t quad, float* w, const FourFloats& gradient) {
    Ints q[four_terms];
    unrolled<four_terms>([&](auto i) { q[i] = descend(w + i * lanes, gradient[i]); });
    write(quad, q);
  }
  /// For `count` pixels, four at most.
  void take_last(std::size_t quad, float* w, const FourFloats& gradient, std::size_t count) {
    Ints q[four_terms] = {};
    for (std::size_t i = 0; i < count; ++i) q[i] = descend(w + i * lanes, gradient[i]);
    write(quad, q);
  }
  /// For `count` pixels whose gradients are 0, which change neither the weights nor their digits.
  [[gnu::always_inline]] void take_zeros(const float* w, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) largest = larger(largest, magnitude_bits(load(w + i * lanes)));
  }

 private:
  /// A weight of each unit; returns it in fixed point.
  [[gnu::always_inline]] Ints descend(float* w, Floats gradient) {
    const Floats updated = Sgd::updated(load(w), rate, gradient);
    store(w, updated);
    largest = larger(largest, magnitude_bits(updated));
    return to_ints(updated * power);
  }
};

/// The products are kept.
struct Store {
  [[gnu::always_inline]] void take(std::size_t, float* to, const FourFloats& product) {
    unrolled<four_terms>([&](auto i) { store(to + i * lanes, product[i]); });
  }
  void take_last(std::size_t, float* to, const FourFloats& product, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) store(to + i * lanes, product[i]);
  }
  [[gnu::always_inline]] void take_zeros(float* to, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) store(to + i * lanes, Floats{});
  }
};

}  // namespace
}  // namespace runner
