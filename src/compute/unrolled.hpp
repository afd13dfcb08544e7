#pragma once

#include <cstddef>
#include <utility>

namespace runner {
namespace {

/// body(0), …, body(N − 1), each with a constant for its index, so that the compiler keeps arrays of
/// registers in registers.
template <std::size_t N, class Body>
[[gnu::always_inline]] inline void unrolled(const Body& body) {
  [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
    (body(std::integral_constant<std::size_t, I>()), ...);
  }
  (std::make_index_sequence<N>());
}

}  // namespace
}  // namespace runner
