#include "runner/results/merge.hpp"

#include "commands.hpp"
#include "exit_codes.hpp"
#include "standard_streams.hpp"
#include "topics.hpp"
#include "warn.hpp"

#include <filesystem>
#include <memory>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner::cli {
namespace {

struct MergeOptions {
  std::filesystem::path output;
  std::vector<std::filesystem::path> parts;
};

int merge_files(const MergeOptions& options, const std::string& command_line) {
  const Merged merged =
      merge_results(options.output, options.parts, {command_line, RUNNER_VERSION, compiler(), "", ""}, warn);
  print_out("{}: {} of {} runs\n", options.output.string(), merged.runs - merged.missing.size(), merged.runs);
  if (merged.missing.empty()) return exit_done;
  print_out("missing: {}\n", fmt::join(merged.missing, " "));
  return exit_failed;
}

}  // namespace

Command merge_command(const CommandLine& line) {
  const auto options = std::make_shared<MergeOptions>();
  CLI::App* app = line.app.add_subcommand("merge", "Put the files of a sweep's shards together");
  app->group(group::elsewhere);
  app->add_option("OUT", options->output, "The results file of the whole sweep")->required();
  app->add_option("PART", options->parts, "The results files of its shards")->required();
  return {app, [options, text = line.text] { return merge_files(*options, text); }};
}

}  // namespace runner::cli
