#include "runner/report/comparison.hpp"
#include "runner/report/effect.hpp"

#include "commands.hpp"
#include "exit_codes.hpp"
#include "terminal.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace runner::cli {

int compare_file(const CompareOptions& options) {
  std::vector<ResultsData> files;
  for (const std::filesystem::path& file : options.files) {
    files.push_back(read_results(file));
    if (!options.where.empty()) keep_where(files.back(), options.where);
  }
  if (!options.by.empty()) {
    for (const ResultsData& results : files) {
      if (files.size() > 1) fmt::print("{}\n", results.file.string());
      fmt::print("{}", to_table(effect_of(results, options.by)));
    }
    return exit_done;
  }
  Comparison comparison = compare(files);
  if (!options.sort.empty()) sort(comparison, options.sort);
  if (options.top > 0 && options.top < comparison.configurations.size())
    comparison.configurations.resize(options.top);
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
