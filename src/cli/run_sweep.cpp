#include "runner/error/error.hpp"
#include "runner/execution/execute.hpp"
#include "runner/report/comparison.hpp"
#include "runner/results/results_file.hpp"

#include "commands.hpp"
#include "compute_options.hpp"
#include "epoch_clock.hpp"
#include "epoch_lines.hpp"
#include "exit_codes.hpp"
#include "list.hpp"
#include "memory.hpp"
#include "progress.hpp"
#include "standard_streams.hpp"
#include "stop_signal.hpp"
#include "terminal.hpp"
#include "warn.hpp"

#include <numeric>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

namespace runner::cli {
namespace {

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

/// "stopping after this epoch (about 20 s); again to stop now"
void say_that_it_stops(const RunOptions& options, const EpochClock& clock) {
  const double left = clock.left().value_or(0);
  say(options, "{}stopping after this epoch{}; again to stop now\n", isatty(STDERR_FILENO) != 0 ? "\n" : "",
      left >= 1 ? fmt::format(" (about {:.0f} s)", left) : std::string());
}

/// After the sweep's epochs, of which the file may have more: all configurations, or the best where there are
/// many.
void print_comparison(ResultsData results, int epochs) {
  constexpr std::size_t most = 30, best = 10;
  const std::size_t kept = leave_out_kept(results);
  if (results.epochs > epochs)
    print_out("{} has {} epochs; these are the first {}\n", results.file.string(), results.epochs, epochs);
  keep_epochs(results, epochs);
  Comparison comparison = compare(results);
  comparison.kept = kept;
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

}  // namespace

std::string compiler() {
#ifdef __clang__
  return __VERSION__;
#else
  return "g++ " __VERSION__;
#endif
}

int run_sweep(const RunOptions& options) {
  Config config = read_config(options.config, options.overrides);
  const InstructionSet set = instruction_set_of(options.compute);
  const Backend backend = make_backend(options.compute.kernel, set);
  const Dataset data = load_dataset(config.dataset);
  Sweep sweep = expand(std::move(config), data);
  std::string name = sweep.config.name;
  if (options.shards > 1) {
    sweep = share_of(sweep, data, options.shard, options.shards);
    name += fmt::format(".shard-{}-of-{}", options.shard, options.shards);
  }
  const std::filesystem::path output =
      options.output.empty() ? std::filesystem::path("results") / (name + ".h5") : options.output;
  if (options.list) {
    print_list(options, sweep, data, output);
    return exit_done;
  }
  require_memory(sweep, data, backend, options.compute.threads);

  const std::size_t runs = sweep.runs.size();
  const Provenance provenance{options.command_line, RUNNER_VERSION, compiler(),
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
  ResultsFile file(
      output, sweep, data, provenance,
      {options.fresh, options.prune, options.commit_interval, notify, &signal->requested(), warn});
  const std::vector<std::size_t> missing = file.missing();
  bool complete = true;
  if (missing.empty()) {
    file.close();
    say(options, "nothing to do: {} holds all {} runs\n", output.string(), runs);
  } else {
    say(options, "{}: {} of {} runs to train on {} ({} training, {} test images), {} threads, kernel {}\n",
        output.string(), missing.size(), runs, data.name, data.train.count, data.test.count,
        options.compute.threads, provenance.kernel);
    if (const std::size_t anew = file.begun_anew(); anew > 0)
      say(options,
          "{} of them {} trained anew from epoch 0: the file has fewer than {} epochs of {} and no weights "
          "to go on "
          "from (save_weights keeps them)\n",
          anew, anew == 1 ? "is" : "are", sweep.config.epochs, anew == 1 ? "it" : "them");
    progress.emplace(sweep, data, missing, file.epochs(), options.quiet || lines);
    complete = execute(sweep, make_cohorts(sweep, data, missing, file.epochs(), options.compute.threads),
                       data, backend, pool, file, signal->requested(), &file);
    file.close();
    progress->finish();
  }
  if (!complete) {
    ResultsData results = read_results(output);
    keep_epochs(results, sweep.config.epochs);
    const auto ended = std::count_if(results.runs.begin(), results.runs.end(), [](const StoredRun& run) {
      return run.in_sweep() && has_ended(run.status);
    });
    say(options, "stopped: {} of {} runs are done and kept in {}; the same command goes on from there\n",
        ended, runs, output.string());
    epoch_lines.require_written();
    return exit_stopped;
  }
  epoch_lines.require_written();
  // All is on file: a signal may end the rest as it does by default.
  signal.reset();
  if (!options.quiet && !lines) print_comparison(read_results(output), sweep.config.epochs);
  return exit_done;
}

}  // namespace runner::cli
