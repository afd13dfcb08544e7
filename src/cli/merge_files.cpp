#include "runner/results/merge.hpp"

#include "commands.hpp"
#include "exit_codes.hpp"
#include "standard_streams.hpp"
#include "warn.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner::cli {

int merge_files(const MergeOptions& options) {
  const Merged merged = merge_results(options.output, options.parts,
                                      {options.command_line, RUNNER_VERSION, compiler(), "", ""}, warn);
  print_out("{}: {} of {} runs\n", options.output.string(), merged.runs - merged.missing.size(), merged.runs);
  if (merged.missing.empty()) return exit_done;
  print_out("missing: {}\n", fmt::join(merged.missing, " "));
  return exit_failed;
}

}  // namespace runner::cli
