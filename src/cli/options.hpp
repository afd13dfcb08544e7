#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace runner::cli {

/// How a sweep says how far it has come.
enum class ProgressForm {
  text,  ///< for people, on standard error
  jsonl  ///< for programs, on standard output: a line for each epoch that is on file, and nothing else
};

/// What computes.
struct ComputeOptions {
  std::size_t threads = 1;
  std::string kernel = "auto";
  std::string instruction_set = "auto";
};

/// `runner CONFIG [KEY=VALUE…]`
struct RunOptions {
  std::filesystem::path config;
  std::vector<std::string> overrides;
  std::filesystem::path output;       ///< results/<name>.h5 if empty
  std::size_t shard = 1, shards = 1;  ///< train the share of shard 1 … shards
  ComputeOptions compute;
  std::chrono::milliseconds commit_interval{1000};
  bool list = false;
  bool fresh = false;
  bool prune = false;
  bool quiet = false;
  ProgressForm progress = ProgressForm::text;
  std::string command_line;
};

/// What a comparison is printed as.
enum class ComparisonForm { table, csv, json };

/// `runner compare FILE…`
struct CompareOptions {
  std::vector<std::filesystem::path> files;
  std::vector<std::string> where;  ///< conditions, all of which are to hold
  std::string sort;                ///< a column, or empty for the files' order
  std::string by;                  ///< the axis whose effect is asked for, or empty
  std::size_t top = 0;             ///< the first so many, or 0 for all
  bool all = false;                ///< runs whose values have left the config, too
  ComparisonForm form = ComparisonForm::table;
};

/// `runner report FILE`
struct ReportOptions {
  std::vector<std::filesystem::path> files;
  bool all = false;              ///< runs whose values have left the config, too
  std::filesystem::path output;  ///< of the page; if empty, that of the one file with .html
  std::filesystem::path
      figures;  ///< the folder of the figures; none if empty, and no page unless it is named
};

/// `runner watch FILE…`
struct WatchOptions {
  std::vector<std::filesystem::path> files;  ///< one, or the shards of one sweep
  double interval = 1;                       ///< seconds between two looks, at least
};

/// `runner verify FILE`
struct VerifyOptions {
  std::filesystem::path file;
  std::size_t sample = 10;  ///< runs
  bool all = false;
  ComputeOptions compute;
};

/// `runner seal FILE`
struct SealOptions {
  std::filesystem::path file;
};

/// `runner gradcheck CONFIG [KEY=VALUE…]`
struct GradcheckOptions {
  std::filesystem::path config;
  std::vector<std::string> overrides;
  ComputeOptions compute;
};

/// `runner merge OUT PART…`
struct MergeOptions {
  std::filesystem::path output;
  std::vector<std::filesystem::path> parts;
  std::string command_line;
};

/// Help or version was asked for and printed, or the arguments make no sense and that was said: nothing is
/// left to do.
struct Finished {
  int exit_code;
};

using Options = std::variant<RunOptions, CompareOptions, ReportOptions, WatchOptions, VerifyOptions,
                             SealOptions, GradcheckOptions, MergeOptions, Finished>;

Options parse_arguments(int argc, char** argv);

}  // namespace runner::cli
