#include "compute_options.hpp"

#include "runner/error/error.hpp"

#include <fmt/format.h>

namespace runner::cli {

InstructionSet instruction_set_of(const ComputeOptions& options) {
  const std::string& name = options.instruction_set;
  for (const InstructionSet set : instruction_sets()) {
    if (to_string(set) != name) continue;
    if (!supported(set))
      throw bad_input(
          fmt::format("--instruction-set {}: this processor ({}) lacks it", name, processor_name()));
    return set;
  }
  return best_instruction_set();
}

}  // namespace runner::cli
