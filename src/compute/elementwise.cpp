#include "runner/compute/elementwise.hpp"

#include "hot.hpp"

#include <cassert>

namespace runner {

const Elementwise& elementwise(InstructionSet set) {
  assert(supported(set));
  switch (set) {
    case InstructionSet::x86_64_v4:
      return x86_64_v4::elementwise_functions();
    case InstructionSet::x86_64_v3:
      return x86_64_v3::elementwise_functions();
    case InstructionSet::x86_64:
      break;
  }
  return x86_64::elementwise_functions();
}

}  // namespace runner
