#pragma once

#include "runner/data/dataset.hpp"

#include <string>

namespace runner::cli {

/// How the numbers of the images became bytes, and what that costs in precision; a line. Empty where the
/// images came as bytes.
std::string scale_text(const Dataset& data);

}  // namespace runner::cli
