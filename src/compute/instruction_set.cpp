#include "runner/compute/instruction_set.hpp"

#include <array>
#include <cstring>
#include <string>

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace runner {
namespace {

constexpr std::array all{InstructionSet::x86_64, InstructionSet::x86_64_v3, InstructionSet::x86_64_v4};

/// The brand string of CPUID leaves 0x80000002 to 0x80000004, without the blanks some processors pad it with.
std::string brand() {
  std::array<unsigned, 12> words{};
  for (unsigned leaf = 0; leaf < 3; ++leaf) {
    unsigned* word = &words[4 * leaf];
    // 0 where the processor has no such leaf.
    if (__get_cpuid(0x80000002u + leaf, word, word + 1, word + 2, word + 3) == 0) return "unknown";
  }
  std::array<char, sizeof words + 1> text{};
  std::memcpy(text.data(), words.data(), sizeof words);
  std::string name(text.data());
  name.erase(0, name.find_first_not_of(' '));
  name.erase(name.find_last_not_of(' ') + 1);
  return name.empty() ? "unknown" : name;
}

/// Whether all these bits are set in register ECX of a CPUID leaf.
bool has_in_ecx(unsigned leaf, unsigned bits) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(leaf, &a, &b, &c, &d) != 0 && (c & bits) == bits;
}

}  // namespace

std::string_view to_string(InstructionSet set) {
  switch (set) {
    case InstructionSet::x86_64:
      return "x86-64";
    case InstructionSet::x86_64_v3:
      return "x86-64-v3";
    case InstructionSet::x86_64_v4:
      return "x86-64-v4";
  }
  return "";
}

std::span<const InstructionSet> instruction_sets() {
  return all;
}

// The compiler's runtime asks CPUID for the processor's word and XGETBV for the operating system's. It knows
// no names for LZCNT, MOVBE, F16C and OSXSAVE.
bool supported(InstructionSet set) {
  const auto v3 = [] {
    constexpr unsigned movbe = 1u << 22, osxsave = 1u << 27, f16c = 1u << 29;  // of CPUID leaf 1, ECX
    constexpr unsigned lzcnt = 1u << 5;                                        // of leaf 0x80000001, ECX
    return __builtin_cpu_supports("avx") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
           has_in_ecx(1, movbe | osxsave | f16c) && has_in_ecx(0x80000001u, lzcnt);
  };
  const auto v4 = [] {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
  };
  switch (set) {
    case InstructionSet::x86_64:
      return true;
    case InstructionSet::x86_64_v3:
      return v3();
    case InstructionSet::x86_64_v4:
      return v3() && v4();
  }
  return false;
}

InstructionSet best_instruction_set() {
  InstructionSet best = all.front();
  for (const InstructionSet set : all)
    if (supported(set)) best = set;
  return best;
}

bool has_avx_vnni() {
  constexpr unsigned avx_vnni = 1u << 4;  // of CPUID leaf 7, subleaf 1, EAX
  unsigned a = 0, b = 0, c = 0, d = 0;
  return supported(InstructionSet::x86_64_v3) && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 &&
         (a & avx_vnni) != 0;
}

bool has_avx512_vnni() {
  return __builtin_cpu_supports("avx512vnni");
}

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

std::string_view processor_name() {
  static const std::string name = brand();
  return name;
}

}  // namespace runner
