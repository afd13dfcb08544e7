#include "output_file.hpp"

#include "runner/error/error.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

namespace runner::cli {
namespace {

namespace fs = std::filesystem;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

[[noreturn]] void cannot_write(const fs::path& file, int error) {
  throw failure(fmt::format("cannot write {}: {}", file.string(), std::generic_category().message(error)));
}

}  // namespace

void write_file(const fs::path& file, std::string_view content) {
  if (fs::is_directory(file)) cannot_write(file, EISDIR);
  const fs::path temporary =
      file.parent_path() / fmt::format(".{}.tmp-{}", file.filename().string(), getpid());
  std::unique_ptr<std::FILE, Close> out(std::fopen(temporary.c_str(), "wbx"));
  if (!out) cannot_write(file, errno);
  const bool written = std::fwrite(content.data(), 1, content.size(), out.get()) == content.size();
  const bool closed = std::fclose(out.release()) == 0;
  const int error = errno;
  std::error_code renamed;
  if (written && closed) fs::rename(temporary, file, renamed);
  if (written && closed && !renamed) return;
  std::error_code ignored;
  fs::remove(temporary, ignored);
  cannot_write(file, renamed ? renamed.value() : error);
}

}  // namespace runner::cli
