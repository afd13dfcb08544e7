#include "chosen_run.hpp"

#include "runner/error/error.hpp"
#include "runner/report/comparison.hpp"
#include "runner/results/stored_weights.hpp"

#include <algorithm>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner::cli {
namespace {

/// Why a run has no weights to be used; empty where it has.
std::string_view what_is_wrong(const StoredRun& run) {
  if (run.status == RunStatus::diverged)
    return "has diverged: its weights are not those of a trained network";
  if (!has_finished(run.status) || run.weights_epoch < 0)
    return "is not done: run its sweep to the end first";
  return {};
}

std::size_t row_of(const ResultsData& results, std::int32_t index) {
  const auto found = std::find_if(results.runs.begin(), results.runs.end(),
                                  [&](const StoredRun& run) { return run.run.index == index; });
  if (found == results.runs.end())
    throw bad_input(fmt::format("{} has no run {}: `runner {} --list` shows those of its sweep",
                                results.file.string(), index, results.origin.config_file.string()));
  const auto row = static_cast<std::size_t>(found - results.runs.begin());
  if (const std::string_view wrong = what_is_wrong(*found); !wrong.empty())
    throw bad_input(fmt::format("{} of {} {}", name_of_run(results, row), results.file.string(), wrong));
  return row;
}

bool same_configuration(const RunSpec& a, RunSpec b) {
  b.seed = a.seed;
  return a == b;
}

std::size_t best_row(const ResultsData& results) {
  ResultsData of_sweep = results;
  leave_out_kept(of_sweep);
  const Comparison comparison = compare(of_sweep);
  const auto best = comparison.best();
  if (!best)
    throw bad_input(
        fmt::format("no network of {} has learned yet, so there is no best one; --run K takes run K even so",
                    results.file.string()));
  const ConfigurationSummary& configuration = comparison.configurations[*best];
  const Metric metric = configuration.validated ? Metric::validation_accuracy : Metric::test_accuracy;
  std::optional<std::size_t> found;
  float largest = 0;
  for (std::size_t row = 0; row < results.runs.size(); ++row) {
    const StoredRun& run = results.runs[row];
    if (!run.in_sweep() || !same_configuration(configuration.spec, run.run.spec) ||
        !what_is_wrong(run).empty())
      continue;
    const float accuracy = run.curves[metric][results.recorded.index_of(run.weights_epoch)];
    if (found && accuracy <= largest) continue;
    found = row;
    largest = accuracy;
  }
  if (!found)
    throw bad_input(
        fmt::format("no seed of the best configuration of {} is done: run its sweep to the end first",
                    results.file.string()));
  return *found;
}

}  // namespace

void add_options(CLI::App& app, RunChoice& choice) {
  CLI::Option* run = app.add_option("--run", choice.run, "The run with this number in --list")
                         ->check(CLI::NonNegativeNumber);
  app.add_flag("--best", choice.best, "The best seed of the best configuration, as `compare` ranks them")
      ->excludes(run);
}

std::size_t row_with_weights(const ResultsData& results, const RunChoice& choice) {
  if (!choice.run && !choice.best) throw bad_input("choose a run: --run K takes run K, --best the best one");
  if (!StoredWeights(results.file).available())
    throw bad_input(fmt::format(
        "{} holds no weights: `runner {} name=… save_weights=true` trains a sweep that keeps them",
        results.file.string(), results.origin.config_file.string()));
  return choice.best ? best_row(results) : row_of(results, *choice.run);
}

std::string name_of_run(const ResultsData& results, std::size_t row) {
  const Run& run = results.runs[row].run;
  std::vector<std::string> values;
  for (const AxisInfo& axis : axis_table())
    if (axis.applies(run.spec) &&
        !std::all_of(results.runs.begin(), results.runs.end(),
                     [&](const StoredRun& other) { return axis.same(other.run.spec, run.spec); }))
      values.push_back(fmt::format("{} {}", axis.name, axis.text(run.spec)));
  return values.empty() ? fmt::format("run {}", run.index)
                        : fmt::format("run {} ({})", run.index, fmt::join(values, ", "));
}

}  // namespace runner::cli
