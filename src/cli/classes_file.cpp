#include "runner/report/classes.hpp"

#include "commands.hpp"
#include "exit_codes.hpp"
#include "read_sweeps.hpp"
#include "standard_streams.hpp"
#include "terminal.hpp"
#include "topics.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

namespace runner::cli {
namespace {

/// What the classes are printed as.
enum class ClassesForm { table, csv, json };

struct ClassesOptions {
  std::filesystem::path file;
  std::vector<std::string> where;   ///< conditions, all of which are to hold
  std::optional<std::int32_t> run;  ///< in place of the best configuration
  ClassesForm form = ClassesForm::table;
};

int classes_file(const ClassesOptions& options) {
  ResultsData results = std::move(read_sweeps({options.file}, false).files.front());
  keep_where(results, options.where);
  const Predictions predictions = stored_predictions(results);
  const SweepClasses classes = classes_of(std::move(results), predictions, options.run);
  switch (options.form) {
    case ClassesForm::table:
      put_out(to_table(classes, table_style()));
      break;
    case ClassesForm::csv:
      put_out(to_csv(classes));
      break;
    case ClassesForm::json:
      put_out(to_json(classes));
      break;
  }
  return exit_done;
}

}  // namespace

Command classes_command(const CommandLine& line) {
  const auto options = std::make_shared<ClassesOptions>();
  CLI::App* app = line.app.add_subcommand(
      "classes", "Show which classes the best configuration confuses, and which test images are the hardest");
  app->group(group::results);
  app->add_option("FILE", options->file, "The results file, also of a sweep that is running")->required();
  app->add_option("--where", options->where,
                  "The best of the configurations that fulfil a condition (as in compare): "
                  "'hidden_size = 100'; several conditions must all hold")
      ->type_name("CONDITION")
      ->allow_extra_args(false);
  app->add_option("--run", options->run, "One run, by its number in --list, instead of a configuration");
  ClassesForm& form = options->form;
  CLI::Option* csv = app->add_flag_callback(
      "--csv", [&form] { form = ClassesForm::csv; },
      "Print comma-separated values: a line for each class, its figures and its row of the confusion matrix");
  app->add_flag_callback(
         "--json", [&form] { form = ClassesForm::json; }, "Print JSON: everything that is shown")
      ->excludes(csv);
  return {app, [options] { return classes_file(*options); }};
}

}  // namespace runner::cli
