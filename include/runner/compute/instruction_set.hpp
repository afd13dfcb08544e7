#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace runner {

/// What the hot code is compiled for: the micro-architecture levels of the x86-64 psABI, and what all
/// processors of aarch64 have. All give the same bits.
enum class InstructionSet { x86_64, x86_64_v3, x86_64_v4, aarch64 };

/// "x86-64", "x86-64-v3", "x86-64-v4", "aarch64"; empty for one that this binary does not carry.
std::string_view to_string(InstructionSet set);

/// All that this binary carries, those of one architecture, the slowest first.
std::span<const InstructionSet> instruction_sets();

/// Whether this binary carries it, and this processor and its operating system can run it.
bool supported(InstructionSet set);

/// The slowest, which is always supported.
InstructionSet baseline_instruction_set();

/// The fastest that is supported.
InstructionSet best_instruction_set();

/// The processor's name as it states it, "Intel(R) Xeon(R) Processor"; "unknown" where it states none. Those
/// of aarch64 state numbers: "implementer 0x41, part 0xd0c, variant 0x3, revision 1".
std::string_view processor_name();

}  // namespace runner
