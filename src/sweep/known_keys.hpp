#pragma once

#include <array>
#include <string>
#include <string_view>

namespace runner {

/// The keys of a space beside its axes; each grid may have them, too.
inline constexpr std::array<std::string_view, 5> space_keys{"zip", "where", "samples", "search",
                                                            "search_seed"};

/// Throws Error (bad_input) for a key that no config has. The message begins with `where` and names the
/// nearest known key, or what to write instead of a key of another program.
void check_key(const std::string& where, const std::string& key);

}  // namespace runner
