#include "runner/error/error.hpp"
#include "runner/report/comparison.hpp"
#include "runner/report/figures.hpp"
#include "runner/report/page.hpp"

#include "commands.hpp"
#include "exit_codes.hpp"
#include "output_file.hpp"

#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>

namespace runner::cli {
namespace {

/// Output would take the place of the results.
void require_another_file(const std::filesystem::path& output, const std::filesystem::path& results) {
  std::error_code ignored;
  if (std::filesystem::equivalent(output, results, ignored))
    throw bad_input(fmt::format("cannot write {}: that is the results file", output.string()));
}

void write_output(const std::filesystem::path& output, std::string_view content,
                  const std::filesystem::path& results) {
  require_another_file(output, results);
  write_file(output, content);
  fmt::print("{}\n", output.string());
}

void write_page(const ResultsData& results, const ReportOptions& options) {
  const std::filesystem::path output = options.output.empty()
                                           ? std::filesystem::path(options.file).replace_extension(".html")
                                           : options.output;
  write_output(output, to_page(results), options.file);
}

void write_figures(const ResultsData& results, const ReportOptions& options) {
  const std::vector<Figure> all = figures(results);
  if (all.empty()) {
    fmt::print("{}: no run is done yet with finite losses, so there are no figures\n", options.file.string());
    return;
  }
  std::error_code error;
  std::filesystem::create_directories(options.figures, error);
  if (error) throw failure(fmt::format("cannot make {}: {}", options.figures.string(), error.message()));
  for (const Figure& figure : all) write_output(options.figures / figure.name, figure.svg, options.file);
}

}  // namespace

int report_file(const ReportOptions& options) {
  ResultsData results = read_results(options.file);
  if (!options.all) leave_out_kept(results);
  if (options.figures.empty() || !options.output.empty()) write_page(results, options);
  if (!options.figures.empty()) write_figures(results, options);
  return exit_done;
}

}  // namespace runner::cli
