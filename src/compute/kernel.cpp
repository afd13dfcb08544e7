#include "runner/compute/kernel.hpp"

#include "runner/compute/aligned_buffer.hpp"
#include "runner/error/error.hpp"

#include "architecture.hpp"
#include "kernel_reference.hpp"
#include "simd.hpp"

#include <span>
#include <string>
#include <vector>

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

const Kernel& get_reference(InstructionSet) {
  return reference_kernel();
}

/// The slowest first.
std::span<const architecture::CompiledKernel> kernels() {
  static const std::vector<architecture::CompiledKernel> all = [] {
    std::vector<architecture::CompiledKernel> list{
        {"reference", [](InstructionSet) { return true; }, get_reference}};
    const auto of_architecture = architecture::kernels();
    list.insert(list.end(), of_architecture.begin(), of_architecture.end());
    return list;
  }();
  return all;
}

const architecture::CompiledKernel& entry_of(std::string_view name) {
  for (const architecture::CompiledKernel& entry : kernels())
    if (entry.name == name) return entry;
  std::string names = "auto";
  for (const architecture::CompiledKernel& entry : kernels()) names += ", " + std::string(entry.name);
  throw bad_input("unknown kernel \"" + std::string(name) + "\": one of " + names);
}

}  // namespace

std::vector<std::string_view> kernel_names() {
  std::vector<std::string_view> names;
  for (const architecture::CompiledKernel& entry : kernels()) names.push_back(entry.name);
  return names;
}

bool kernel_usable(std::string_view name, InstructionSet set) {
  return entry_of(name).usable(set);
}

const Kernel& find_kernel(std::string_view name, InstructionSet set) {
  if (name == "auto") {
    const architecture::CompiledKernel* best = nullptr;
    for (const architecture::CompiledKernel& entry : kernels())
      if (entry.usable(set)) best = &entry;
    return best->get(set);
  }
  const architecture::CompiledKernel& entry = entry_of(name);
  if (!entry.usable(set))
    throw bad_input("the kernel " + std::string(name) + " cannot be used: this processor (" +
                    std::string(processor_name()) + ") or the instruction set " +
                    std::string(to_string(set)) + " lacks what it needs");
  return entry.get(set);
}

}  // namespace runner
