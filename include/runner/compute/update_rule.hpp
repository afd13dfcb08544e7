#pragma once

namespace runner {

/// Plain gradient descent. The one place of its formula; numbers and registers of numbers go through it. A
/// rule is inlined wherever it is used, since that is compiled for several instruction sets.
struct Sgd {
  /// w − rate·gradient: two operations, each rounded on its own.
  template <class Numbers>
  [[gnu::always_inline]] static inline Numbers updated(Numbers w, Numbers rate, Numbers gradient) {
    return w - rate * gradient;
  }
};

}  // namespace runner
