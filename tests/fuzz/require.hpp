#pragma once

#include <cstdio>
#include <cstdlib>

namespace runner::test {

/// Ends a fuzzer with the input as its finding if something that must hold does not.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace runner::test
