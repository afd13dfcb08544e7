#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace runner::cli {

/// `runner CONFIG [KEY=VALUE…]`
struct RunOptions {
  std::filesystem::path config;
  std::vector<std::string> overrides;
  std::filesystem::path output;  ///< results/<name>.h5 if empty
  std::size_t threads = 1;
  std::string kernel = "auto";
  std::string instruction_set = "auto";
  std::chrono::milliseconds commit_interval{1000};
  bool list = false;
  bool fresh = false;
  bool quiet = false;
  std::string command_line;
};

/// `runner compare FILE`
struct CompareOptions {
  std::filesystem::path file;
  std::string sort;  ///< a column, or empty for the file's order
  bool csv = false;
};

/// Help or version was asked for and printed, or the arguments make no sense and that was said: nothing is
/// left to do.
struct Finished {
  int exit_code;
};

using Options = std::variant<RunOptions, CompareOptions, Finished>;

Options parse_arguments(int argc, char** argv);

}  // namespace runner::cli
