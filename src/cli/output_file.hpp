#pragma once

#include <filesystem>
#include <string_view>

namespace runner::cli {

/// Writes a file whole or not at all, in the place of what has its name. Throws Error (failure) naming it.
void write_file(const std::filesystem::path& file, std::string_view content);

}  // namespace runner::cli
