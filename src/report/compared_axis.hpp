#pragma once

#include "runner/model/run_spec.hpp"

#include <cstddef>
#include <string_view>

namespace runner {

/// The axis that `--by` names. Throws Error (bad_input) where there is no such axis, or it is the seed.
const AxisInfo& compared_axis(std::string_view name);

/// The quantile of Student's distribution at which m intervals together hold the truth in 95 of 100, by
/// Šidák.
double simultaneous_quantile(std::size_t m);

}  // namespace runner
