#include "replacement.hpp"

#include "runner/error/error.hpp"

#include "descriptor.hpp"

#include <cerrno>
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
  const bool replaces = fs::exists(file);
  // A rename asks the folder alone.
  if (replaces && access(file.c_str(), W_OK) != 0)
    throw system_failure("cannot write " + file.string(), errno);
  try {
    make(temporary);
    if (replaces) fs::permissions(temporary, fs::status(file).permissions());
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
