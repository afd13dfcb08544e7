#pragma once

#include "runner/model/dataset_facts.hpp"

#include <string>

namespace runner {

/// SHA-256 of the offsets and then the steps, as they lie in a file.
std::string checksum_of(const PixelScale& scale);

}  // namespace runner
