#include "runner/error/error.hpp"
#include "runner/execution/execute.hpp"
#include "runner/report/comparison.hpp"
#include "runner/results/fingerprint.hpp"
#include "runner/results/results_file.hpp"

#include "commands.hpp"
#include "compute_options.hpp"
#include "epoch_clock.hpp"
#include "epoch_lines.hpp"
#include "exit_codes.hpp"
#include "expectation.hpp"
#include "list.hpp"
#include "memory.hpp"
#include "progress.hpp"
#include "scale_text.hpp"
#include "shares.hpp"
#include "standard_streams.hpp"
#include "stop_signal.hpp"
#include "terminal.hpp"
#include "warn.hpp"

#include <charconv>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace runner::cli {
namespace {

/// How a sweep says how far it has come.
enum class ProgressForm {
  text,  ///< for people, on standard error
  jsonl  ///< for programs, on standard output: a line for each epoch that is on file, and nothing else
};

struct RunOptions {
  std::filesystem::path config;
  std::vector<std::string> overrides;
  std::filesystem::path output;       ///< results/<name>.h5 if empty
  std::string share;                  ///< "2/8"
  std::size_t shard = 1, shards = 1;  ///< the same as numbers: train the share of shard 1 … shards
  ComputeOptions compute;
  std::chrono::milliseconds::rep commit_interval = 1000;  ///< in milliseconds
  bool list = false;
  bool fresh = false;
  bool prune = false;
  bool quiet = false;
  ProgressForm progress = ProgressForm::text;
};

template <class... Values>
void say(const RunOptions& options, fmt::format_string<Values...> format, Values&&... values) {
  if (!options.quiet) print_message(format, std::forward<Values>(values)...);
}

void print_list(const RunOptions& options, const Sweep& sweep, const Dataset& data,
                const std::filesystem::path& output) {
  std::vector<std::size_t> all(sweep.runs.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  put_out(list_of(sweep, make_cohorts(sweep, data, all, options.compute.threads), output));
}

double seconds_since_1970() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// "stopping after this epoch (about 20 s); press Ctrl-C again to stop at once"
void say_that_it_stops(const RunOptions& options, const EpochClock& clock) {
  const double left = clock.left().value_or(0);
  say(options, "{}stopping after this epoch{}; press Ctrl-C again to stop at once\n",
      isatty(STDERR_FILENO) != 0 ? "\n" : "",
      left >= 1 ? fmt::format(" (about {:.0f} s)", left) : std::string());
}

/// After the sweep's epochs, of which the file may have more: all configurations, or the best where there are
/// many.
void print_comparison(ResultsData results, int epochs) {
  constexpr std::size_t most = 30, best = 10;
  const std::size_t kept = leave_out_kept(results);
  if (results.epochs() > epochs)
    print_out("{} has {} epochs; these are the first {}\n", results.file.string(), results.epochs(), epochs);
  keep_epochs(results, epochs);
  Comparison comparison = compare(results);
  comparison.kept = kept;
  comparison.files.front().fingerprint = shown_fingerprint(results);
  const std::size_t all = comparison.configurations.size();
  if (all > most) {
    sort(comparison, "best_accuracy");
    comparison.top = best;
  }
  put_out(to_table(comparison, table_style()));
  if (all > most)
    print_out("The {} best by {} accuracy; all: runner compare {}\n", best, comparison.chosen_by(),
              results.file.string());
}

int run_sweep(const RunOptions& options, const std::string& command_line) {
  Config config = read_config(options.config, options.overrides);
  const InstructionSet set = instruction_set_of(options.compute);
  const Backend backend = make_backend(options.compute.kernel, set);
  const Dataset data = load_dataset(config.dataset);
  if (const std::string text = scale_text(data); !text.empty()) say(options, "{}", text);
  Sweep sweep = expand(std::move(config), data);
  if (options.shards > 1) sweep = share_for(sweep, data, options.shard, options.shards);
  const std::filesystem::path output =
      options.output.empty() ? default_output(sweep, options.shard, options.shards) : options.output;
  if (options.list) {
    print_list(options, sweep, data, output);
    return exit_done;
  }
  require_memory(sweep, data, backend, options.compute.threads);

  const std::size_t runs = sweep.runs.size();
  const Provenance provenance{command_line, RUNNER_VERSION, compiler(),
                              fmt::format("{} ({})", backend.kernel->name(), to_string(set)),
                              std::string(processor_name())};
  // Before anything is on file, as there may be no threads to be had.
  ThreadPool pool(options.compute.threads);
  require_some_memory();
  // From here on there is something to keep, so that a stop is in order.
  EpochClock clock;
  std::optional<StopSignal> signal(std::in_place, [&] { say_that_it_stops(options, clock); });
  EpochLines epoch_lines(sweep, *signal);
  // Made when it is known what is missing; until then nothing is committed.
  std::optional<Progress> progress;
  const bool lines = options.progress == ProgressForm::jsonl;
  const auto notify = [&](std::span<const DurableEpoch> epochs) {
    clock.note(epochs);
    if (lines)
      epoch_lines.add(epochs);
    else
      progress->add(epochs);
  };
  ResultsFile file(output, sweep, data, provenance,
                   {options.fresh, options.prune, std::chrono::milliseconds(options.commit_interval), notify,
                    &signal->requested(), warn});
  const std::vector<std::size_t> missing = file.missing();
  bool complete = true;
  if (missing.empty()) {
    file.close();
    say(options, "nothing to do: {} holds all {} runs\n", output.string(), runs);
  } else {
    const std::vector<int> epochs = file.epochs();
    const Remainder remainder{sweep, missing, epochs};
    const std::vector<Cohort> cohorts = cohorts_of(remainder, data, options.compute.threads);
    const Expectation expectation =
        expectation_of(remainder, data, options.compute.threads, cohorts,
                       Calibration(sweep, cohorts, data, backend, pool, sweep.config.recorded_epochs(),
                                   before_running, signal->requested()));
    say(options,
        "{}: {} of {} runs to train on {} ({} training, {} test images), {} threads, kernel {}, {}\n",
        output.string(), missing.size(), runs, data.name, data.train.count, data.test.count,
        options.compute.threads, provenance.kernel, expectation.time());
    const std::size_t anew = file.begun_anew();
    if (anew > 0 && file.recorded().has_gaps())
      say(options,
          "{} of them {} trained anew from epoch 0: the file lacks some of the {} epochs to record of {}, "
          "and has no weights to continue from (save_weights keeps them)\n",
          anew, anew == 1 ? "is" : "are", file.recorded().size(), anew == 1 ? "it" : "them");
    else if (anew > 0)
      say(options,
          "{} of them {} trained anew from epoch 0: the file has fewer than {} epochs of {}, and no weights "
          "to continue from (save_weights keeps them)\n",
          anew, anew == 1 ? "is" : "are", sweep.config.epochs, anew == 1 ? "it" : "them");
    SessionTimes session{seconds_since_1970(), expectation.seconds};
    file.note_session(session);
    progress.emplace(sweep, data, missing, epochs, options.quiet || lines);
    do
      complete = execute(sweep, make_cohorts(sweep, data, file.due(), file.epochs(), options.compute.threads),
                         data, backend, pool, file, signal->requested(), &file, &file.recorded());
    while (complete && file.next_rung());
    session.taken = progress->elapsed();
    file.note_session(session);
    file.close();
    progress->finish(expectation.time());
  }
  if (!complete) {
    ResultsData results = read_results(output);
    keep_epochs(results, sweep.config.epochs);
    const auto count = [&](const auto& condition) {
      return std::count_if(results.runs.begin(), results.runs.end(),
                           [&](const StoredRun& run) { return run.in_sweep() && condition(run.status); });
    };
    const auto early = count([](RunStatus status) { return status == RunStatus::stopped; });
    say(options, "stopped: {} of {} runs are done{} and kept in {}; the same command continues from there\n",
        count(has_ended), runs, early > 0 ? fmt::format(" ({} of them stopped early)", early) : "",
        output.string());
    epoch_lines.require_written();
    return exit_stopped;
  }
  epoch_lines.require_written();
  // All is on file: a signal may end the rest as it does by default.
  signal.reset();
  if (!options.quiet && !lines) print_comparison(read_results(output), sweep.config.epochs);
  return exit_done;
}

bool read_share(const std::string& text, RunOptions& options) {
  const char* const end = text.data() + text.size();
  const auto [slash, first_error] = std::from_chars(text.data(), end, options.shard);
  if (first_error != std::errc() || slash == end || *slash != '/') return false;
  const auto [rest, second_error] = std::from_chars(slash + 1, end, options.shards);
  return second_error == std::errc() && rest == end && options.shard >= 1 && options.shard <= options.shards;
}

}  // namespace

Command run_command(const CommandLine& line) {
  const auto options = std::make_shared<RunOptions>();
  RunOptions& run = *options;
  CLI::App& app = line.app;
  app.add_option("CONFIG", run.config, "The sweep, a JSON file");
  app.add_option("KEY=VALUE", run.overrides, "Replace keys of the config; the value is JSON or plain text");
  app.add_option("-o,--output", run.output, "The results file (results/<name>.h5)")->type_name("FILE");
  add_options(app, run.compute);
  app.add_option("--commit-interval", run.commit_interval,
                 "Milliseconds between two commits: epochs are gathered that long before they are saved")
      ->check(CLI::Range(0, 3'600'000))
      ->capture_default_str();
  app.add_option("--shard", run.share, "Train the i-th of N shares, into results/<name>.shard-i-of-N.h5")
      ->check(CLI::Validator(
          [&run](const std::string& text) {
            return read_share(text, run) ? "" : text + " is not i/N with 1 ≤ i ≤ N";
          },
          ""))
      ->type_name("i/N");
  app.add_flag("--list", run.list, "Print the runs and cohorts, and exit");
  CLI::Option* fresh = app.add_flag("--fresh", run.fresh, "Replace the results file, whatever it holds");
  app.add_flag("--prune", run.prune, "Delete runs from the results file that are no longer in the config")
      ->excludes(fresh);
  const std::map<std::string, ProgressForm> forms{{"text", ProgressForm::text},
                                                  {"jsonl", ProgressForm::jsonl}};
  CLI::Option* progress =
      app.add_option("--progress", run.progress,
                     "text, or jsonl: a JSON object on standard output for each epoch, after it is saved")
          ->transform(CLI::CheckedTransformer(forms).description("text|jsonl"))
          ->default_str("text");
  app.add_flag("-q,--quiet", run.quiet, "Print nothing but errors")->excludes(progress);
  return {&app, [options, text = line.text] { return run_sweep(*options, text); }};
}

std::string compiler() {
#ifdef __clang__
  return __VERSION__;
#else
  return "g++ " __VERSION__;
#endif
}

}  // namespace runner::cli
