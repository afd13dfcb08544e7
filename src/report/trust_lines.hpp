#pragma once

#include "runner/report/comparison.hpp"

#include <string>

namespace runner {

/// What Comparison::trust says, in lines of 80 columns, but for the command, which is one line however long.
/// Nothing where there is no best configuration.
std::string trust_lines(const Comparison& comparison);

/// "without the luck of being chosen 0.8030"; empty where it is not known.
std::string without_luck_phrase(const Comparison& comparison);

}  // namespace runner
