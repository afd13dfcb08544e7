#include "runner/error/counted.hpp"
#include "runner/error/error.hpp"
#include "runner/error/printable.hpp"
#include "runner/results/check.hpp"
#include "runner/results/fingerprint.hpp"

#include "commands.hpp"
#include "exit_codes.hpp"
#include "standard_streams.hpp"
#include "topics.hpp"
#include "warn.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace runner::cli {
namespace {

struct CheckOptions {
  std::vector<std::filesystem::path> files;
  bool drop = false;
};

/// ", fingerprint 3f9a1c2b4d5e6f70" where the sweep has one.
std::string fingerprint_text(const std::filesystem::path& file) {
  const std::string fingerprint = shown_fingerprint(read_results(file));
  return fingerprint.empty() ? fingerprint : fmt::format(", fingerprint {}", fingerprint);
}

int check_file(const std::filesystem::path& file, bool drop) {
  const FileCheck check = drop ? drop_damaged(file, warn) : check_results(file);
  const std::string name = printable(file.string());
  const std::string runs = counted(check.runs, "run");
  for (const DamagedRun& damaged : check.damaged) print_out("{}: {}\n", name, description(damaged));
  if (!check.damaged.empty())
    print_out("{}: {} of {} {}\n", name, check.damaged.size(), runs,
              drop ? "taken out: the same sweep trains them again"
                   : fmt::format("damaged; runner check --drop {} takes them out, so that the same sweep "
                                 "trains them again",
                                 name));
  else if (check.has_checksums)
    print_out("{}: {}, {}{}: every checksum is right{}\n", name, runs, counted(check.epochs, "epoch"),
              check.has_weights ? ", weights" : "", fingerprint_text(file));
  else
    print_out("{}: {}: their settings are right; a file of layout {} has no checksums{}\n", name, runs,
              check.layout, fingerprint_text(file));
  return check.damaged.empty() || drop ? exit_done : exit_failed;
}

/// One that cannot be read does not keep the others from being checked.
int check_files(const CheckOptions& options) {
  int worst = exit_done;
  for (const std::filesystem::path& file : options.files) {
    int code = exit_done;
    try {
      code = check_file(file, options.drop);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::bad_input || options.files.size() == 1) throw;
      print_message("runner: {}\n", error.what());
      code = exit_bad_input;
    }
    worst = std::max(worst, code);
  }
  return worst;
}

}  // namespace

Command check_command(const CommandLine& line) {
  const auto options = std::make_shared<CheckOptions>();
  CLI::App* app = line.app.add_subcommand(
      "check", "Compare the numbers in results files with their checksums, without training");
  app->group(group::trust);
  app->add_option("FILE", options->files, "Results files, also of sweeps that are running")->required();
  app->add_flag("--drop", options->drop,
                "Take damaged runs out of the file: the same sweep trains them again");
  return {app, [options] { return check_files(*options); }};
}

}  // namespace runner::cli
