#pragma once

#include "runner/sweep/cohorts.hpp"

#include <filesystem>
#include <span>
#include <string>

namespace runner::cli {

/// The runs of a sweep and the cohorts they are trained in, a line each; the last line is
/// "results/sweep.h5: 27 runs in 9 cohorts, 10 epochs each".
std::string list_of(const Sweep& sweep, std::span<const Cohort> cohorts, const std::filesystem::path& output);

}  // namespace runner::cli
