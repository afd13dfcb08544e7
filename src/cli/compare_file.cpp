#include "runner/report/comparison.hpp"
#include "runner/report/effect.hpp"

#include "commands.hpp"
#include "exit_codes.hpp"
#include "terminal.hpp"

#include <utility>

#include <fmt/format.h>

namespace runner::cli {
namespace {

int print_effects(const std::vector<ResultsData>& files, const CompareOptions& options) {
  std::vector<Effect> effects;
  for (const ResultsData& results : files) effects.push_back(effect_of(results, options.by));
  switch (options.form) {
    case ComparisonForm::table:
      for (std::size_t i = 0; i < effects.size(); ++i) {
        if (effects.size() > 1) fmt::print("{}\n", files[i].file.string());
        fmt::print("{}", to_table(effects[i]));
      }
      break;
    case ComparisonForm::csv:
      fmt::print("{}", to_csv(effects));
      break;
    case ComparisonForm::json:
      fmt::print("{}", to_json(effects));
      break;
  }
  return exit_done;
}

}  // namespace

int compare_file(const CompareOptions& options) {
  std::vector<ResultsData> files;
  std::size_t kept = 0;
  for (const std::filesystem::path& file : options.files) {
    files.push_back(read_results(file));
    if (!options.all) kept += leave_out_kept(files.back());
    if (!options.where.empty()) keep_where(files.back(), options.where);
  }
  files = pool_shards(std::move(files));
  if (!options.by.empty()) return print_effects(files, options);
  Comparison comparison = compare(files);
  comparison.kept = kept;
  comparison.top = options.top;
  if (!options.sort.empty()) sort(comparison, options.sort);
  switch (options.form) {
    case ComparisonForm::table:
      fmt::print("{}", to_table(comparison, table_style()));
      break;
    case ComparisonForm::csv:
      fmt::print("{}", to_csv(comparison));
      break;
    case ComparisonForm::json:
      fmt::print("{}", to_json(comparison));
      break;
  }
  return exit_done;
}

}  // namespace runner::cli
