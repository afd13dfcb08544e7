// architecture.hpp for aarch64, 64-bit Arm: what every processor of it has, NEON included.
#include "architecture.hpp"
#include "simd.hpp"

#include <cstdint>
#include <cstdio>

#include <asm/hwcap.h>
#include <sys/auxv.h>

namespace runner::architecture {
namespace {

constexpr CompiledSet all_sets[] = {
    {InstructionSet::aarch64, "aarch64", [] { return true; }, aarch64::elementwise_functions,
     aarch64::central_difference_functions},
};

constexpr CompiledKernel all_kernels[] = {
    {"eigen", [](InstructionSet) { return true; },
     [](InstructionSet) -> const Kernel& { return aarch64::eigen_kernel(); }},
};

}  // namespace

std::span<const CompiledSet> compiled_sets() {
  return all_sets;
}

std::span<const CompiledKernel> kernels() {
  return all_kernels;
}

/// These processors state numbers: those of the register MIDR_EL1, in the words of /proc/cpuinfo.
std::string processor_name() {
  // Where the operating system lets programs read it.
  if ((getauxval(AT_HWCAP) & HWCAP_CPUID) == 0) return "";
  std::uint64_t midr = 0;
  asm("mrs %0, midr_el1" : "=r"(midr));
  const auto bits = [midr](unsigned from, unsigned count) {
    return static_cast<unsigned>(midr >> from & ((std::uint64_t{1} << count) - 1));
  };
  char text[80];
  std::snprintf(text, sizeof text, "implementer 0x%02x, part 0x%03x, variant 0x%x, revision %u", bits(24, 8),
                bits(4, 12), bits(20, 4), bits(0, 4));
  return text;
}

}  // namespace runner::architecture
