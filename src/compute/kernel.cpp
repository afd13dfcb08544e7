#include "runner/compute/kernel.hpp"

#include "runner/compute/aligned_buffer.hpp"
#include "runner/error/error.hpp"

#include "hot.hpp"
#include "kernel_reference.hpp"

#include <string>

namespace runner {

Kernel::~Kernel() = default;

double* thread_scratch(std::size_t n) {
  thread_local AlignedBuffer<double> buffer;
  if (buffer.size() < n) buffer = AlignedBuffer<double>(n);
  return buffer.data();
}

std::vector<std::string_view> kernel_names() {
  return {"reference", "eigen"};
}

const Kernel& find_kernel(std::string_view name, InstructionSet set) {
  if (name == "reference") return reference_kernel();
  if (name == "eigen" || name == "auto") {
    switch (set) {
      case InstructionSet::x86_64:
        return x86_64::eigen_kernel();
      case InstructionSet::x86_64_v3:
        return x86_64_v3::eigen_kernel();
      case InstructionSet::x86_64_v4:
        return x86_64_v4::eigen_kernel();
    }
  }
  std::string names = "auto";
  for (const std::string_view known : kernel_names()) names += ", " + std::string(known);
  throw bad_input("unknown kernel \"" + std::string(name) + "\": one of " + names);
}

}  // namespace runner
