#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace runner {

/// For a message about an unknown key that other programs and courses use: what to write instead, as for `lr`
/// or `iters_num`, or that this program does not have it, as for `warmup`. Upper case and lower case, `-` and
/// `_` are the same here. Nothing if the key is not in the table.
std::optional<std::string> advice_on_foreign_key(std::string_view key);

}  // namespace runner
