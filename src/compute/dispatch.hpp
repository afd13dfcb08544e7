#pragma once

#include "runner/compute/instruction_set.hpp"

#include <cassert>

namespace runner {

/// Of functions compiled for each instruction set those for `set`, which must be supported.
template <class Functions>
const Functions& compiled_for(InstructionSet set, const Functions& (*x86_64)(),
                              const Functions& (*x86_64_v3)(), const Functions& (*x86_64_v4)()) {
  assert(supported(set));
  switch (set) {
    case InstructionSet::x86_64_v4:
      return x86_64_v4();
    case InstructionSet::x86_64_v3:
      return x86_64_v3();
    case InstructionSet::x86_64:
      break;
  }
  return x86_64();
}

}  // namespace runner
