#include "options.hpp"

#include "runner/compute/arithmetic.hpp"
#include "runner/compute/instruction_set.hpp"
#include "runner/compute/kernel.hpp"
#include "runner/compute/parallel.hpp"
#include "runner/report/comparison.hpp"

#include "exit_codes.hpp"
#include "standard_streams.hpp"

#include <charconv>
#include <map>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner::cli {
namespace {

std::string joined(int argc, char** argv) {
  return fmt::format("{}", fmt::join(argv, argv + argc, " "));
}

template <class Names>
std::vector<std::string> auto_or(const Names& names) {
  std::vector<std::string> all{"auto"};
  for (const auto& name : names) all.emplace_back(name);
  return all;
}

std::vector<std::string> instruction_set_names() {
  std::vector<std::string> names{"auto"};
  for (const InstructionSet set : instruction_sets()) names.emplace_back(to_string(set));
  return names;
}

void add_options(CLI::App& app, ComputeOptions& options) {
  options.threads = ThreadPool::default_threads();
  app.add_option("-j,--threads", options.threads, "Threads that compute")
      ->check(CLI::Range(std::size_t{1}, std::size_t{4096}))
      ->capture_default_str();
  app.add_option("--kernel", options.kernel, "Code of the matrix products; the results are the same")
      ->check(CLI::IsMember(auto_or(kernel_names())))
      ->capture_default_str();
  app.add_option("--instruction-set", options.instruction_set,
                 "What the processor may be asked for; the results are the same")
      ->check(CLI::IsMember(instruction_set_names()))
      ->capture_default_str();
}

/// "2/8"
bool read_shard(const std::string& text, RunOptions& options) {
  const char* const end = text.data() + text.size();
  const auto [slash, first_error] = std::from_chars(text.data(), end, options.shard);
  if (first_error != std::errc() || slash == end || *slash != '/') return false;
  const auto [rest, second_error] = std::from_chars(slash + 1, end, options.shards);
  return second_error == std::errc() && rest == end && options.shard >= 1 && options.shard <= options.shards;
}

/// CLI::Range would let NaN pass.
bool is_interval(const std::string& text) {
  double seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, seconds);
  return error == std::errc() && rest == end && seconds >= 0.1 && seconds <= 86'400;
}

}  // namespace

Options parse_arguments(int argc, char** argv) {
  CLI::App app(
      "Trains every network of a sweep, records each epoch's loss and accuracy on training and test data,\n"
      "and shows which of them overfit.\n\n"
      "  runner configs/sweep.json                  run the sweep, or finish it\n"
      "  runner configs/sweep.json epochs=20        the same with a key of the config replaced\n"
      "  runner compare results/sweep.h5            train against test accuracy\n"
      "  runner report results/sweep.h5             the same as a page of plots\n"
      "  runner watch results/sweep.h5              a running sweep: who leads, who overfits\n"
      "  runner verify results/sweep.h5             train some of it again and compare every bit\n"
      "  runner seal results/sweep.h5               take it as another program has left it\n"
      "  runner configs/sweep.json --shard 2/8      train the second of eight shares\n"
      "  runner merge results/sweep.h5 results/sweep.shard-*.h5",
      "runner");
  RunOptions run;
  run.command_line = joined(argc, argv);
  CompareOptions comparison;
  ReportOptions report;
  WatchOptions watching;
  VerifyOptions verification;
  SealOptions sealing;
  GradcheckOptions checking;
  MergeOptions merging;
  merging.command_line = run.command_line;
  std::string shard;
  auto interval = run.commit_interval.count();

  app.set_version_flag("--version", RUNNER_VERSION);
  app.require_subcommand(0, 1);
  app.add_option("CONFIG", run.config, "The sweep, a JSON file");
  app.add_option("KEY=VALUE", run.overrides, "Replace keys of the config; the value is JSON or plain text");
  app.add_option("-o,--output", run.output, "The results file (results/<name>.h5)");
  add_options(app, run.compute);
  app.add_option("--commit-interval", interval,
                 "Milliseconds that epochs are gathered before they are written")
      ->check(CLI::Range(0, 3'600'000))
      ->capture_default_str();
  app.add_option("--shard", shard, "i/N: train the i-th of N shares; into results/<name>.shard-i-of-N.h5")
      ->check(CLI::Validator(
          [&run](const std::string& text) {
            return read_shard(text, run) ? "" : text + " is not i/N with 1 ≤ i ≤ N";
          },
          "i/N"));
  app.add_flag("--list", run.list, "Print the runs and cohorts, and exit");
  CLI::Option* fresh = app.add_flag("--fresh", run.fresh, "Replace the results file, whatever it holds");
  app.add_flag("--prune", run.prune, "Drop runs of the results file that are no longer in the sweep")
      ->excludes(fresh);
  const std::map<std::string, ProgressForm> forms{{"text", ProgressForm::text},
                                                  {"jsonl", ProgressForm::jsonl}};
  CLI::Option* progress =
      app.add_option("--progress", run.progress,
                     "text, or jsonl: a JSON object on standard output for each epoch that is on file")
          ->transform(CLI::CheckedTransformer(forms).description("text|jsonl"))
          ->default_str("text");
  app.add_flag("-q,--quiet", run.quiet, "Print nothing but errors")->excludes(progress);

  CLI::App* compare = app.add_subcommand("compare", "Show train against test accuracy of a results file");
  compare
      ->add_option("FILE", comparison.files,
                   "Results files, also of sweeps that are running; several: side by side, shards as one")
      ->required();
  compare
      ->add_option("--where", comparison.where,
                   "Only what fulfils a condition on axes and columns: 'hidden_size >= 100 && (gap > 0.02 || "
                   "verdict = overfits)'; of several, all")
      ->allow_extra_args(false);
  CLI::Option* sorting = compare->add_option(
      "--sort", comparison.sort, fmt::format("Sort by a column: {}", fmt::join(comparison_columns(), ", ")));
  CLI::Option* by = compare->add_option(
      "--by", comparison.by, "The effect of one axis, such as hidden_size, all else and the seed the same");
  by->excludes(sorting);
  compare->add_flag("--all", comparison.all, "Count runs whose values have left the config, too");
  compare
      ->add_option("--top", comparison.top,
                   "Show the first so many configurations; what is best is said of all")
      ->check(CLI::PositiveNumber)
      ->excludes(by);
  CLI::Option* csv = compare->add_flag_callback(
      "--csv", [&comparison] { comparison.form = ComparisonForm::csv; }, "Print comma-separated values");
  compare
      ->add_flag_callback(
          "--json", [&comparison] { comparison.form = ComparisonForm::json; }, "Print JSON")
      ->excludes(csv);

  CLI::App* reporting = app.add_subcommand("report", "Write a results file as a page of plots");
  reporting
      ->add_option("FILE", report.files,
                   "Results files, also of sweeps that are running; several: on one page, shards as one")
      ->required();
  reporting->add_flag("--all", report.all, "Count runs whose values have left the config, too");
  reporting->add_option("-o,--output", report.output,
                        "The page (the results file's name with .html; several files need this option)");
  reporting->add_option("--svg", report.figures,
                        "A folder for the plots as SVG files, for a paper; the page too only with --output");

  CLI::App* watch = app.add_subcommand(
      "watch",
      "Show a running sweep as it goes on, until it is done or Ctrl-C; once, where there is no terminal");
  watch->add_option("FILE", watching.files, "The results file, or those of a sweep's shards")->required();
  watch->add_option("--interval", watching.interval, "Seconds between two looks, at least")
      ->check(CLI::Validator(
          [](const std::string& text) {
            return is_interval(text) ? "" : text + " is no number of seconds from 0.1 to 86400";
          },
          "0.1 … 86400"))
      ->capture_default_str();

  CLI::App* verify = app.add_subcommand(
      "verify", "Train stored runs again from what the file says of itself, and compare every bit");
  verify->add_option("FILE", verification.file, "The results file")->required();
  CLI::Option* sample =
      verify->add_option("--sample", verification.sample, "How many runs, spread evenly over the file")
          ->check(CLI::PositiveNumber)
          ->capture_default_str();
  verify->add_flag("--all", verification.all, "All runs")->excludes(sample);
  add_options(*verify, verification.compute);

  CLI::App* seal = app.add_subcommand(
      "seal", "Say what another program has added to a results file, and take the file as it is");
  seal->add_option("FILE", sealing.file, "The results file")->required();

  CLI::App* gradcheck = app.add_subcommand(
      "gradcheck", "Check back-propagation against central differences, for the networks of a config");
  gradcheck->add_option("CONFIG", checking.config, "The sweep, a JSON file")->required();
  gradcheck->add_option("KEY=VALUE", checking.overrides, "Replace keys of the config");
  add_options(*gradcheck, checking.compute);

  CLI::App* merge = app.add_subcommand("merge", "Put the files of a sweep's shards together");
  merge->add_option("OUT", merging.output, "The results file of the whole sweep")->required();
  merge->add_option("PART", merging.parts, "The results files of its shards")->required();

  try {
    app.parse(argc, argv);
    if (*compare) return comparison;
    if (*reporting) return report;
    if (*watch) return watching;
    if (*verify) return verification;
    if (*seal) return sealing;
    if (*gradcheck) return checking;
    if (*merge) return merging;
    if (run.config.empty())
      throw CLI::RequiredError(
          "CONFIG (a sweep to run), compare FILE, report FILE, watch FILE, verify FILE, seal FILE, gradcheck "
          "CONFIG "
          "or merge OUT PART…");
  } catch (const CLI::ParseError& e) {
    std::ostringstream out, messages;
    const bool done = app.exit(e, out, messages) == 0;
    put_out(out.str());
    put_message(messages.str());
    return Finished{done ? exit_done : exit_bad_input};
  }
  run.commit_interval = std::chrono::milliseconds(interval);
  return run;
}

}  // namespace runner::cli
