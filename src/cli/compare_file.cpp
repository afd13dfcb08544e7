#include "runner/report/comparison.hpp"

#include "commands.hpp"
#include "exit_codes.hpp"

#include <fmt/format.h>

namespace runner::cli {

int compare_file(const CompareOptions& options) {
  Comparison comparison = compare(read_results(options.file));
  if (!options.sort.empty()) sort(comparison, options.sort);
  fmt::print("{}", options.csv ? to_csv(comparison) : to_table(comparison));
  return exit_done;
}

}  // namespace runner::cli
