#include "runner/report/comparison.hpp"
#include "runner/report/effect.hpp"
#include "runner/report/importance.hpp"
#include "runner/results/fingerprint.hpp"

#include "commands.hpp"
#include "exit_codes.hpp"
#include "read_sweeps.hpp"
#include "standard_streams.hpp"
#include "terminal.hpp"
#include "topics.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
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
  bool importance = false;         ///< how much each axis matters, in place of the table
  std::size_t top = 0;             ///< the first so many, or 0 for all
  bool all = false;                ///< runs whose values have left the config, too
  ComparisonForm form = ComparisonForm::table;
};

/// Whatever is told of each file: effects, or importance.
template <class Told>
int print_each(const std::vector<Told>& all, std::size_t kept, const CompareOptions& options) {
  switch (options.form) {
    case ComparisonForm::table:
      if (kept > 0) print_out("{} (--all includes them)\n", kept_note(kept));
      for (const Told& one : all) {
        if (all.size() > 1) print_out("{}{}\n", &one == &all.front() ? "" : "\n", one.name);
        put_out(to_table(one));
      }
      break;
    case ComparisonForm::csv:
      put_out(to_csv(all));
      break;
    case ComparisonForm::json:
      put_out(to_json(all));
      break;
  }
  return exit_done;
}

int compare_file(const CompareOptions& options) {
  auto [files, kept] = read_sweeps(options.files, options.all);
  // Those of the whole sweeps, whatever is compared of them.
  std::vector<std::string> fingerprints;
  for (ResultsData& results : files) {
    fingerprints.push_back(shown_fingerprint(results));
    keep_where(results, options.where);
  }
  if (!options.by.empty()) return print_each(effects_of(files, options.by), kept, options);
  if (options.importance) return print_each(importances_of(files), kept, options);
  Comparison comparison = compare(files);
  comparison.kept = kept;
  for (std::size_t f = 0; f < files.size(); ++f) comparison.files[f].fingerprint = fingerprints[f];
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
  app->group(group::results);
  app->add_option("FILE", options->files,
                  "Results files, also of sweeps that are running; several: side by side, shards as one")
      ->required();
  app->add_option("--where", options->where,
                  "Only what fulfils a condition on axes and columns: 'hidden_size >= 100 && (gap > 0.02 || "
                  "verdict = overfits)'; several conditions must all hold")
      ->type_name("CONDITION")
      ->allow_extra_args(false);
  CLI::Option* sorting =
      app->add_option("--sort", options->sort,
                      fmt::format("Sort by a column: {}", fmt::join(comparison_columns(), ", ")))
          ->type_name("COLUMN");
  CLI::Option* by = app->add_option("--by", options->by,
                                    "The effect of one axis, such as hidden_size, between runs that are "
                                    "otherwise the same; values that were drawn at random, or more than "
                                    "thirty, are put into bins")
                        ->type_name("AXIS");
  by->excludes(sorting);
  CLI::Option* importance =
      app->add_flag("--importance", options->importance,
                    "How much of the variance of accuracy and gap is due to each axis that varies");
  importance->excludes(sorting)->excludes(by);
  app->add_flag("--all", options->all, "Include runs that are no longer in the config");
  app->add_option("--top", options->top,
                  "Show only the first N configurations; the best is still the best of all")
      ->check(CLI::PositiveNumber)
      ->excludes(by)
      ->excludes(importance);
  ComparisonForm& form = options->form;
  CLI::Option* csv = app->add_flag_callback(
      "--csv", [&form] { form = ComparisonForm::csv; }, "Print comma-separated values");
  app->add_flag_callback(
         "--json", [&form] { form = ComparisonForm::json; }, "Print JSON")
      ->excludes(csv);
  return {app, [options] { return compare_file(*options); }};
}

}  // namespace runner::cli
