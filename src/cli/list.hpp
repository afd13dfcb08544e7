#pragma once

#include "runner/sweep/cohorts.hpp"

#include <span>
#include <string>

namespace runner::cli {

/// The runs of a sweep and the cohorts they are trained in, a line each.
std::string list_of(const Sweep& sweep, std::span<const Cohort> cohorts);

}  // namespace runner::cli
