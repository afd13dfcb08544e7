#pragma once

#include <string>

namespace runner::cli {

/// Says something on standard error that the work goes on without; each text once.
void warn(const std::string& text);

}  // namespace runner::cli
