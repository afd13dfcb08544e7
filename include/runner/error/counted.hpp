#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace runner {

/// "1 seed", "2 seeds".
std::string counted(std::size_t n, std::string_view noun);

}  // namespace runner
