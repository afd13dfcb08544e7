#pragma once

#include "runner/compute/instruction_set.hpp"

#include "options.hpp"

namespace runner::cli {

/// The instruction set that was asked for. Throws Error (bad_input) where the processor lacks it.
InstructionSet instruction_set_of(const ComputeOptions& options);

}  // namespace runner::cli
