#pragma once

#include <functional>

namespace runner::cli {

/// Returns what is to be done, which returns the exit code and throws Error. Where help or version is asked
/// for, or the arguments make no sense, that is said here, and nothing is left to do.
std::function<int()> parse_arguments(int argc, char** argv);

}  // namespace runner::cli
