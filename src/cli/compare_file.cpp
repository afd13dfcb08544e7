#include "runner/report/comparison.hpp"
#include "runner/report/effect.hpp"

#include "commands.hpp"
#include "exit_codes.hpp"
#include "read_sweeps.hpp"
#include "standard_streams.hpp"
#include "terminal.hpp"

#include <cstddef>
#include <vector>

#include <fmt/format.h>

namespace runner::cli {
namespace {

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

}  // namespace

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

}  // namespace runner::cli
