#pragma once

#include "runner/compute/central_differences.hpp"
#include "runner/compute/elementwise.hpp"
#include "runner/compute/instruction_set.hpp"
#include "runner/compute/kernel.hpp"

#include <span>
#include <string>
#include <string_view>

// What differs between processor architectures. Each has one source that says it: x86_64.cpp, aarch64.cpp.
namespace runner::architecture {

/// An instruction set that the hot code of this binary is compiled for.
struct CompiledSet {
  InstructionSet set;
  std::string_view name;
  bool (*supported)();  ///< whether the processor and its operating system can run it
  const Elementwise& (*elementwise)();
  const CentralDifferences& (*central_differences)();
};

/// The slowest first, which every processor of the architecture can run.
std::span<const CompiledSet> compiled_sets();

struct CompiledKernel {
  std::string_view name;
  /// Whether the processor and its operating system can run it when no more than a supported set is used.
  bool (*usable)(InstructionSet);
  const Kernel& (*get)(InstructionSet);
};

/// The kernels beside "reference", the slowest first.
std::span<const CompiledKernel> kernels();

/// The processor's name as it states it; empty where it states none.
std::string processor_name();

}  // namespace runner::architecture
