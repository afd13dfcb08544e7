#pragma once

#include <filesystem>
#include <functional>

namespace runner {

/// Makes a file in place of whatever bears its name: `make` makes it under a temporary name in the same
/// folder; then it is synced and renamed, so that at every moment, also after a power cut, the name stands
/// for what it stood for before or for the new file, whole. Its permissions stay; one that may not be written
/// is not replaced. What is left of it is removed if `make` throws.
///
/// One process and thread at a time for one name. Throws what `make` throws, or Error (failure).
void replace_file(const std::filesystem::path& file,
                  const std::function<void(const std::filesystem::path& temporary)>& make);

/// Removes what processes that were killed in replace_file left behind.
void remove_unfinished(const std::filesystem::path& file);

}  // namespace runner
