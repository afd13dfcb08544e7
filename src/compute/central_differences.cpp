#include "runner/compute/central_differences.hpp"

#include "dispatch.hpp"
#include "simd.hpp"

namespace runner {

const CentralDifferences& central_differences(InstructionSet set) {
  return compiled_for(set, x86_64::central_difference_functions, x86_64_v3::central_difference_functions,
                      x86_64_v4::central_difference_functions);
}

}  // namespace runner
