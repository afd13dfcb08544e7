#include "runner/checks/verification.hpp"
#include "runner/error/error.hpp"
#include "runner/results/fingerprint.hpp"

#include "commands.hpp"
#include "compute_options.hpp"
#include "exit_codes.hpp"
#include "standard_streams.hpp"
#include "stop_signal.hpp"
#include "topics.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace runner::cli {
namespace {

struct VerifyOptions {
  std::filesystem::path file;
  std::size_t sample = 10;  ///< runs
  bool all = false;
  std::filesystem::path data;  ///< where the data set is now; empty: where it was
  std::string expected;        ///< the beginning of the fingerprint; empty: none is expected
  ComputeOptions compute;
};

/// Says so where a file has another fingerprint than is expected.
bool is_expected(const ResultsData& results, const std::string& expected) {
  const std::optional<std::string> fingerprint = fingerprint_of(results);
  if (fingerprint && fingerprint->starts_with(expected)) return true;
  if (!fingerprint)
    print_out("{}: it has no fingerprint yet, because not all runs of the sweep have ended; expected is {}\n",
              results.file.string(), expected);
  else
    print_out("{}: its fingerprint is {}, expected is {}\n", results.file.string(),
              fingerprint->substr(0, std::max(expected.size(), shown_fingerprint(results).size())), expected);
  return false;
}

Dataset load_data(const ResultsData& results, const std::filesystem::path& moved) try {
  return load_origin(results, moved);
} catch (const Error& error) {
  if (error.kind() != ErrorKind::bad_input || !moved.empty()) throw;
  throw bad_input(fmt::format("{}; --data PATH says where the data set is now", error.what()));
}

int verify_file(const VerifyOptions& options) {
  const Backend backend = make_backend(options.compute.kernel, instruction_set_of(options.compute));
  const ResultsData results = read_results(options.file);
  if (!options.expected.empty() && !is_expected(results, options.expected)) return exit_failed;
  const std::vector<std::size_t> runs =
      sample_runs(results, options.all ? results.runs.size() : options.sample);
  if (runs.empty()) {
    print_out("{}: nothing to verify: no run has a recorded epoch yet\n", options.file.string());
    return exit_done;
  }
  const Dataset data = load_data(results, options.data);
  ThreadPool pool(options.compute.threads);
  std::optional<StopSignal> signal(std::in_place, [] {
    print_message("stopping after this epoch; press Ctrl-C again to stop at once\n");
  });
  const Verification found = verify(results, runs, data, backend, pool, signal->requested());
  // What is left is to print: a signal may end that as it does by default.
  signal.reset();
  for (const Difference& d : found.differences)
    print_out("run {}: {} of epoch {} is {} in the file, {} trained again\n", d.run, d.what, d.epoch,
              d.stored, d.trained);
  if (!found.complete) return exit_stopped;
  print_out("{}: {} of {} runs trained again, {} epochs: ", options.file.string(), runs.size(),
            results.runs.size(), found.epochs);
  if (found.differences.empty()) {
    print_out("every bit is the same\n");
    return exit_done;
  }
  const std::size_t different = found.differences.size();
  print_out(
      "{}. The data set and the arithmetic are the same as then, and no kernel or processor changes "
      "a bit\n"
      "(it was {} on {}). So the file was changed, or a machine computed wrongly, then or now.\n",
      different == 1 ? std::string("1 run differs") : fmt::format("{} runs differ", different),
      results.origin.kernel, results.origin.processor);
  return exit_failed;
}

}  // namespace

Command verify_command(const CommandLine& line) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App* app = line.app.add_subcommand(
      "verify", "Train stored runs again from the settings in the file, and compare every bit");
  app->group(group::trust);
  app->add_option("FILE", options->file, "The results file")->required();
  CLI::Option* sample =
      app->add_option("--sample", options->sample, "How many runs, spread evenly over the file")
          ->check(CLI::PositiveNumber)
          ->capture_default_str();
  app->add_flag("--all", options->all, "All runs")->excludes(sample);
  app->add_option("--data", options->data,
                  "Where the data set is now: a folder with files of the same names, or an .npz archive");
  app->add_option("--expect", options->expected,
                  "The fingerprint that the file must have, or its first 8 digits or more; compared first")
      ->check(CLI::Validator(
          [](const std::string& text) {
            return is_fingerprint(text) ? "" : text + " is not 8 to 64 of the digits 0-9 and a-f";
          },
          ""))
      ->type_name("DIGITS");
  add_options(*app, options->compute);
  return {app, [options] { return verify_file(*options); }};
}

}  // namespace runner::cli
