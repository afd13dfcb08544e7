#pragma once

#include <array>
#include <filesystem>
#include <string>

namespace runner {

/// Whether there is a folder of this path.
bool is_folder(const std::filesystem::path& path);

/// The four IDX files of a folder, in the order of dataset_file_names, by the names that load_dataset knows.
///
/// Throws Error (bad_input): one is missing (what the folder holds is listed; `advice` ends the message), or
/// there are several data sets in it.
std::array<std::filesystem::path, 4> find_idx_files(const std::filesystem::path& folder,
                                                    const std::string& advice);

}  // namespace runner
