#include "runner/compute/kernel.hpp"

#include "runner/compute/aligned_buffer.hpp"
#include "runner/error/error.hpp"

#include "kernel_reference.hpp"
#include "simd.hpp"

#include <string>

#include <unistd.h>

namespace runner {

Kernel::~Kernel() = default;

double* thread_scratch(std::size_t n) {
  thread_local AlignedBuffer<double> buffer;
  if (buffer.size() < n) buffer = AlignedBuffer<double>(n);
  return buffer.data();
}

std::size_t level_1_cache() {
  const long bytes = sysconf(_SC_LEVEL1_DCACHE_SIZE);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : 32 * 1024;
}

namespace {

bool vnni_usable(InstructionSet set) {
  return (set >= InstructionSet::x86_64_v4 && has_avx512_vnni()) ||
         (set >= InstructionSet::x86_64_v3 && has_avx_vnni());
}

const Kernel& vnni_kernel(InstructionSet set) {
  return set >= InstructionSet::x86_64_v4 && has_avx512_vnni() ? avx512_vnni::vnni_kernel()
                                                               : avx_vnni::vnni_kernel();
}

struct Entry {
  std::string_view name;
  bool (*usable)(InstructionSet);
  const Kernel& (*get)(InstructionSet);
};

/// The slowest first.
constexpr Entry kernels[] = {
    {"reference", [](InstructionSet) { return true; },
     [](InstructionSet) -> const Kernel& { return reference_kernel(); }},
    {"eigen", [](InstructionSet) { return true; },
     [](InstructionSet) -> const Kernel& { return x86_64::eigen_kernel(); }},
    {"avx2", [](InstructionSet set) { return set >= InstructionSet::x86_64_v3; },
     [](InstructionSet) -> const Kernel& { return avx2::avx2_kernel(); }},
    {"vnni", vnni_usable, vnni_kernel},
    {"amx", [](InstructionSet set) { return set >= InstructionSet::x86_64_v4 && has_amx_int8(); },
     [](InstructionSet) -> const Kernel& { return amx::amx_kernel(); }},
};

const Entry& entry_of(std::string_view name) {
  for (const Entry& entry : kernels)
    if (entry.name == name) return entry;
  std::string names = "auto";
  for (const Entry& entry : kernels) names += ", " + std::string(entry.name);
  throw bad_input("unknown kernel \"" + std::string(name) + "\": one of " + names);
}

}  // namespace

std::vector<std::string_view> kernel_names() {
  std::vector<std::string_view> names;
  for (const Entry& entry : kernels) names.push_back(entry.name);
  return names;
}

bool kernel_usable(std::string_view name, InstructionSet set) {
  return entry_of(name).usable(set);
}

const Kernel& find_kernel(std::string_view name, InstructionSet set) {
  if (name == "auto") {
    const Entry* best = nullptr;
    for (const Entry& entry : kernels)
      if (entry.usable(set)) best = &entry;
    return best->get(set);
  }
  const Entry& entry = entry_of(name);
  if (!entry.usable(set))
    throw bad_input("the kernel " + std::string(name) + " cannot be used: this processor (" +
                    std::string(processor_name()) + ") or the instruction set " +
                    std::string(to_string(set)) + " lacks what it needs");
  return entry.get(set);
}

}  // namespace runner
