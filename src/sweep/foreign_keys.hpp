#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace runner {

/// For a message about an unknown key: what to write instead of a key that other programs and courses use,
/// such as `lr` or `iters_num`, or that this program does not have it, such as `momentum`. Upper case and
/// lower case, `-` and
/// `_` are the same here. Nothing where the key is not in the table.
std::optional<std::string> advice_on_foreign_key(std::string_view key);

}  // namespace runner
