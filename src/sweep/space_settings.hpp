#pragma once

#include "runner/sweep/space.hpp"

#include "axis_values.hpp"
#include "config_values.hpp"

#include <string>
#include <vector>

namespace runner {

/// The spaces of a config: one, or one for each of its "grids". A grid has the keys beside "grids" and its
/// own, which win. `file` and `epochs` are the config's. Throws Error (bad_input).
std::vector<Space> read_spaces(const Settings& settings, const std::string& file, int epochs,
                               ConfigSource source);

}  // namespace runner
