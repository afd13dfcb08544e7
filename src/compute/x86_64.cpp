// architecture.hpp for x86-64: the micro-architecture levels of its psABI, and kernels for what a level
// lacks.
#include "architecture.hpp"
#include "simd.hpp"

#include <array>
#include <cstring>

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace runner::architecture {
namespace {

/// Whether all these bits are set in register ECX of a CPUID leaf.
bool has_in_ecx(unsigned leaf, unsigned bits) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(leaf, &a, &b, &c, &d) != 0 && (c & bits) == bits;
}

// The compiler's runtime asks CPUID for the processor's word and XGETBV for the operating system's. It knows
// no names for LZCNT, MOVBE, F16C and OSXSAVE.
bool has_v3() {
  constexpr unsigned movbe = 1u << 22, osxsave = 1u << 27, f16c = 1u << 29;  // of CPUID leaf 1, ECX
  constexpr unsigned lzcnt = 1u << 5;                                        // of leaf 0x80000001, ECX
  return __builtin_cpu_supports("avx") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
         has_in_ecx(1, movbe | osxsave | f16c) && has_in_ecx(0x80000001u, lzcnt);
}

bool has_v4() {
  return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}

// Kernels need these beyond a level.

bool has_avx_vnni() {
  constexpr unsigned avx_vnni = 1u << 4;  // of CPUID leaf 7, subleaf 1, EAX
  unsigned a = 0, b = 0, c = 0, d = 0;
  return has_v3() && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & avx_vnni) != 0;
}

bool has_avx512_vnni() {
  return __builtin_cpu_supports("avx512vnni");
}

/// The first question asks the operating system for leave to use AMX, for all threads.
bool has_amx_int8() {
  static const bool granted = [] {
    constexpr unsigned amx_tile = 1u << 24, amx_int8 = 1u << 25;  // of CPUID leaf 7, EDX
    constexpr int request_permission = 0x1023, tile_data = 18;    // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & amx_tile) == 0 || (d & amx_int8) == 0)
      return false;
    return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
  }();
  return granted;
}

bool vnni_usable(InstructionSet set) {
  return (set >= InstructionSet::x86_64_v4 && has_avx512_vnni()) ||
         (set >= InstructionSet::x86_64_v3 && has_avx_vnni());
}

const Kernel& vnni_kernel(InstructionSet set) {
  return set >= InstructionSet::x86_64_v4 && has_avx512_vnni() ? avx512_vnni::vnni_kernel()
                                                               : avx_vnni::vnni_kernel();
}

constexpr CompiledSet all_sets[] = {
    {InstructionSet::x86_64, "x86-64", [] { return true; }, x86_64::elementwise_functions,
     x86_64::central_difference_functions},
    {InstructionSet::x86_64_v3, "x86-64-v3", has_v3, x86_64_v3::elementwise_functions,
     x86_64_v3::central_difference_functions},
    {InstructionSet::x86_64_v4, "x86-64-v4", has_v4, x86_64_v4::elementwise_functions,
     x86_64_v4::central_difference_functions},
};

constexpr CompiledKernel all_kernels[] = {
    {"eigen", [](InstructionSet) { return true; },
     [](InstructionSet) -> const Kernel& { return x86_64::eigen_kernel(); }},
    {"avx2", [](InstructionSet set) { return set >= InstructionSet::x86_64_v3; },
     [](InstructionSet) -> const Kernel& { return avx2::avx2_kernel(); }},
    {"vnni", vnni_usable, vnni_kernel},
    {"amx", [](InstructionSet set) { return set >= InstructionSet::x86_64_v4 && has_amx_int8(); },
     [](InstructionSet) -> const Kernel& { return amx::amx_kernel(); }},
};

}  // namespace

std::span<const CompiledSet> compiled_sets() {
  return all_sets;
}

std::span<const CompiledKernel> kernels() {
  return all_kernels;
}

/// The brand string of CPUID leaves 0x80000002 to 0x80000004, "Intel(R) Xeon(R) Processor".
std::string processor_name() {
  std::array<unsigned, 12> words{};
  for (unsigned leaf = 0; leaf < 3; ++leaf) {
    unsigned* word = &words[4 * leaf];
    // 0 where the processor has no such leaf.
    if (__get_cpuid(0x80000002u + leaf, word, word + 1, word + 2, word + 3) == 0) return "";
  }
  std::array<char, sizeof words + 1> text{};
  std::memcpy(text.data(), words.data(), sizeof words);
  return text.data();
}

}  // namespace runner::architecture
