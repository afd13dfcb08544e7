#pragma once

#include "runner/compute/kernel.hpp"

namespace runner {

/// The kernel of plain loops over integers, the definition that all others are tested against.
const Kernel& reference_kernel();

}  // namespace runner
