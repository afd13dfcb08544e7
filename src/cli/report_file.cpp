#include "runner/error/error.hpp"
#include "runner/report/page.hpp"

#include "commands.hpp"
#include "exit_codes.hpp"
#include "output_file.hpp"

#include <system_error>

#include <fmt/format.h>

namespace runner::cli {
namespace {

/// The page would take the place of the results.
void require_another_file(const std::filesystem::path& output, const std::filesystem::path& results) {
  std::error_code ignored;
  if (std::filesystem::equivalent(output, results, ignored))
    throw bad_input(fmt::format("--output {}: that is the results file", output.string()));
}

}  // namespace

int report_file(const ReportOptions& options) {
  const ResultsData results = read_results(options.file);
  const std::filesystem::path output = options.output.empty()
                                           ? std::filesystem::path(options.file).replace_extension(".html")
                                           : options.output;
  require_another_file(output, options.file);
  write_file(output, to_page(results));
  fmt::print("{}\n", output.string());
  return exit_done;
}

}  // namespace runner::cli
