#pragma once

#include "runner/files/replacement.hpp"

#include <filesystem>
#include <functional>
#include <vector>

namespace runner::cli {

/// Writes a file that the user named, as runner::write_file does, and prints its name. Throws Error, also
/// (bad_input) where it would take the place of one of the results files.
void write_output(const std::filesystem::path& output, const std::function<void(const Sink&)>& make,
                  const std::vector<std::filesystem::path>& results);

}  // namespace runner::cli
