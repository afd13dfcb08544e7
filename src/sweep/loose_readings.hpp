#pragma once

#include "json_text.hpp"

#include <vector>

namespace runner {

/// Guesses at what a refused value was meant to be, likeliest first; none of them is the value itself. A
/// message suggests the first one that the key accepts.
///
/// `.1` and `"0.1"` are read as 0.1, 10.0 as 10, `1,2,3`, `1 2 3` and `[1 2 3]` as [1,2,3], `1-5`, `1..5` and
/// `1:5` as {"range":[1,5]}, `Adam` as "adam", `cross-entropy` as "cross_entropy" and the reverse, `True` as
/// true. An object, such as a generator, has each of its values read so.
std::vector<Json> loose_readings(const Json& value);

}  // namespace runner
