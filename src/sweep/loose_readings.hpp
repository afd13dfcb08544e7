#pragma once

#include "json_text.hpp"

#include <vector>

namespace runner {

/// What a value may have been meant as that is not written as a config has it, likeliest first; none of them
/// is the value itself. For the hint in a message: whether a key takes one of them, only the key knows.
///
/// `.1` and `"0.1"` are read as 0.1, 10.0 as 10, `1,2,3`, `1 2 3` and `[1 2 3]` as [1,2,3], `1-5`, `1..5` and
/// `1:5` as {"range":[1,5]}, `Adam` as "adam", `cross-entropy` as "cross_entropy" and the reverse, `True` as
/// true. An object, such as a generator, has each of its values read so.
std::vector<Json> loose_readings(const Json& value);

}  // namespace runner
