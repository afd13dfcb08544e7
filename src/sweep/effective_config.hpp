#pragma once

#include "runner/sweep/config.hpp"

#include <string>

namespace runner {

/// The config as canonical JSON on one line: every key in the order of Config, axes as lists, numbers in a
/// form that reads back as the same number, train_size, validation_size and test_size only where they are
/// set. It is itself a config.
std::string effective_config(const Config& config);

}  // namespace runner
