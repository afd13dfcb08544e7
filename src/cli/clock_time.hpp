#pragma once

#include <string>

namespace runner::cli {

/// "0:41", "1:02:03".
std::string clock_time(double seconds);

}  // namespace runner::cli
