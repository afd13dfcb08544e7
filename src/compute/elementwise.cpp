#include "runner/compute/elementwise.hpp"

#include "dispatch.hpp"
#include "simd.hpp"

namespace runner {

const Elementwise& elementwise(InstructionSet set) {
  return compiled_for(set, x86_64::elementwise_functions, x86_64_v3::elementwise_functions,
                      x86_64_v4::elementwise_functions);
}

}  // namespace runner
