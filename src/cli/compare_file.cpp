#include "runner/report/comparison.hpp"
#include "runner/report/effect.hpp"

#include "commands.hpp"
#include "exit_codes.hpp"
#include "read_sweeps.hpp"
#include "standard_streams.hpp"
#include "terminal.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner::cli {
namespace {

/// What a comparison is printed as.
enum class ComparisonForm { table, csv, json };

struct CompareOptions {
  std::vector<std::filesystem::path> files;
  std::vector<std::string> where;  ///< conditions, all of which are to hold
  std::string sort;                ///< a column, or empty for the files' order
  std::string by;                  ///< the axis whose effect is asked for, or empty
  std::size_t top = 0;             ///< the first so many, or 0 for all
  bool all = false;                ///< runs whose values have left the config, too
  ComparisonForm form = ComparisonForm::table;
};

int print_effects(const std::vector<Effect>& effects, std::size_t kept, const CompareOptions& options) {
  switch (options.form) {
    case ComparisonForm::table:
      if (kept > 0) print_out("{} (--all takes them in)\n", kept_note(kept));
      for (const Effect& effect : effects) {
        if (effects.size() > 1) print_out("{}{}\n", &effect == &effects.front() ? "" : "\n", effect.name);
        put_out(to_table(effect));
      }
      break;
    case ComparisonForm::csv:
      put_out(to_csv(effects));
      break;
    case ComparisonForm::json:
      put_out(to_json(effects));
      break;
  }
  return exit_done;
}

int compare_file(const CompareOptions& options) {
  auto [files, kept] = read_sweeps(options.files, options.all);
  for (ResultsData& results : files) keep_where(results, options.where);
  if (!options.by.empty()) return print_effects(effects_of(files, options.by), kept, options);
  Comparison comparison = compare(files);
  comparison.kept = kept;
  comparison.top = options.top;
  if (!options.sort.empty()) sort(comparison, options.sort);
  switch (options.form) {
    case ComparisonForm::table:
      put_out(to_table(comparison, table_style()));
      break;
    case ComparisonForm::csv:
      put_out(to_csv(comparison));
      break;
    case ComparisonForm::json:
      put_out(to_json(comparison));
      break;
  }
  return exit_done;
}

}  // namespace

Command compare_command(const CommandLine& line) {
  const auto options = std::make_shared<CompareOptions>();
  CLI::App* app = line.app.add_subcommand("compare", "Show train against test accuracy of a results file");
  app->add_option("FILE", options->files,
                  "Results files, also of sweeps that are running; several: side by side, shards as one")
      ->required();
  app->add_option("--where", options->where,
                  "Only what fulfils a condition on axes and columns: 'hidden_size >= 100 && (gap > 0.02 || "
                  "verdict = overfits)'; of several, all")
      ->allow_extra_args(false);
  CLI::Option* sorting = app->add_option(
      "--sort", options->sort, fmt::format("Sort by a column: {}", fmt::join(comparison_columns(), ", ")));
  CLI::Option* by = app->add_option(
      "--by", options->by, "The effect of one axis, such as hidden_size, all else and the seed the same");
  by->excludes(sorting);
  app->add_flag("--all", options->all, "Count runs whose values have left the config, too");
  app->add_option("--top", options->top, "Show the first so many configurations; what is best is said of all")
      ->check(CLI::PositiveNumber)
      ->excludes(by);
  ComparisonForm& form = options->form;
  CLI::Option* csv = app->add_flag_callback(
      "--csv", [&form] { form = ComparisonForm::csv; }, "Print comma-separated values");
  app->add_flag_callback(
         "--json", [&form] { form = ComparisonForm::json; }, "Print JSON")
      ->excludes(csv);
  return {app, "compare FILE", [options] { return compare_file(*options); }};
}

}  // namespace runner::cli
