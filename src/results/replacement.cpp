#include "replacement.hpp"

#include "descriptor.hpp"

#include <string>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

std::string temporary_prefix(const fs::path& file) {
  return fmt::format(".{}.tmp-", file.filename().string());
}

}  // namespace

void replace_file(const fs::path& file, const std::function<void(const fs::path& temporary)>& make) {
  const fs::path folder = file.parent_path();
  const fs::path temporary = folder / fmt::format("{}{}", temporary_prefix(file), getpid());
  try {
    make(temporary);
    Descriptor(temporary, O_RDWR).sync_all();
    fs::rename(temporary, file);
    Descriptor(folder, O_RDONLY | O_DIRECTORY).sync_all();
  } catch (...) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw;
  }
}

void remove_unfinished(const fs::path& file) {
  for (const fs::directory_entry& entry : fs::directory_iterator(file.parent_path()))
    if (entry.path().filename().string().starts_with(temporary_prefix(file))) fs::remove(entry.path());
}

}  // namespace runner
