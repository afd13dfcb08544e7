#pragma once

namespace runner::cli {

inline constexpr int exit_done = 0;       // diverged runs included
inline constexpr int exit_failed = 1;     // the work failed although the input was good
inline constexpr int exit_bad_input = 2;  // config, data, arguments, a foreign or held results file
inline constexpr int exit_stopped = 130;  // by a signal; the same command goes on

}  // namespace runner::cli
