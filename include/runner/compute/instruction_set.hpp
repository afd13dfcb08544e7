#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace runner {

/// What the hot code is compiled for: the micro-architecture levels of the x86-64 psABI. All give the same
/// bits.
enum class InstructionSet { x86_64, x86_64_v3, x86_64_v4 };

std::string_view to_string(InstructionSet set);

/// All that this binary carries, the slowest first.
std::span<const InstructionSet> instruction_sets();

/// Whether this processor and its operating system can run it.
bool supported(InstructionSet set);

/// The fastest that is supported.
InstructionSet best_instruction_set();

/// Whether the processor and its operating system have these beyond x86-64-v3 (AVX-VNNI) or x86-64-v4. The
/// first question about AMX asks the operating system for leave to use it, for all threads. Thread-safe.
bool has_avx_vnni();
bool has_avx512_vnni();
bool has_amx_int8();

/// The processor's name as it states it, "Intel(R) Xeon(R) Processor"; "unknown" where it states none.
std::string_view processor_name();

}  // namespace runner
