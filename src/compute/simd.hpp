#pragma once

#include "runner/compute/central_differences.hpp"
#include "runner/compute/elementwise.hpp"
#include "runner/compute/kernel.hpp"

// What each instruction set's objects offer to the source of their architecture (architecture.hpp).
namespace runner {

#define RUNNER_DECLARE_INSTRUCTION_SET(set)                 \
  namespace set {                                           \
  const Elementwise& elementwise_functions();               \
  const CentralDifferences& central_difference_functions(); \
  }

#if defined(__x86_64__)
RUNNER_DECLARE_INSTRUCTION_SET(x86_64)
RUNNER_DECLARE_INSTRUCTION_SET(x86_64_v3)
RUNNER_DECLARE_INSTRUCTION_SET(x86_64_v4)
namespace x86_64 {
const Kernel& eigen_kernel();
}
namespace avx2 {
const Kernel& avx2_kernel();
}
namespace avx_vnni {
const Kernel& vnni_kernel();
}
namespace avx512_vnni {
const Kernel& vnni_kernel();
}
namespace amx {
const Kernel& amx_kernel();
}
#elif defined(__aarch64__)
RUNNER_DECLARE_INSTRUCTION_SET(aarch64)
namespace aarch64 {
const Kernel& eigen_kernel();
}
#endif
#undef RUNNER_DECLARE_INSTRUCTION_SET

/// Bytes of a core's level-1 data cache; 32 KB where the system does not know.
std::size_t level_1_cache();

/// At least n doubles, 64-byte aligned, for the calling thread until its next call. Grows only.
double* thread_scratch(std::size_t n);

}  // namespace runner
