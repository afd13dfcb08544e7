#pragma once

#include "runner/compute/instruction_set.hpp"

#include <cstddef>
#include <string>

namespace CLI {
class App;
}

namespace runner::cli {

/// What computes.
struct ComputeOptions {
  std::size_t threads = 1;
  std::string kernel = "auto";
  std::string instruction_set = "auto";
};

/// Adds them to the arguments of a command; `options` must be there when these are parsed.
void add_options(CLI::App& app, ComputeOptions& options);

/// The instruction set that was asked for. Throws Error (bad_input) where the processor lacks it.
InstructionSet instruction_set_of(const ComputeOptions& options);

}  // namespace runner::cli
