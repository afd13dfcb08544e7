#include "runner/checks/verification.hpp"
#include "runner/error/error.hpp"
#include "runner/report/figures.hpp"
#include "runner/report/page.hpp"

#include "commands.hpp"
#include "exit_codes.hpp"
#include "output_file.hpp"
#include "read_sweeps.hpp"
#include "standard_streams.hpp"
#include "topics.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace runner::cli {
namespace {

using Paths = std::vector<std::filesystem::path>;

struct ReportOptions {
  Paths files;
  bool all = false;               ///< runs whose values have left the config, too
  std::filesystem::path output;   ///< of the page; if empty, that of the one file with .html
  std::filesystem::path figures;  ///< their folder; none if empty, and no page unless it is named
  std::size_t top = 0;            ///< so many runs in a figure of the best; 0: no such figure
};

/// The results file's name with .html in place of the extension of such files.
std::filesystem::path page_of(std::filesystem::path file) {
  const auto extension = file.extension();
  if (extension == ".h5" || extension == ".hdf5" || extension == ".nc") file.replace_extension();
  return file += ".html";
}

/// Those of a file that has predictions for them; none where the data set is not what it was.
TestImages images_of(const ResultsData& results) {
  if (!results.has_predictions()) return {};
  try {
    return {std::move(load_origin(results).test.pixels), {}};
  } catch (const Error& error) {
    return {{},
            fmt::format("the data set in {} cannot be read: {}", results.origin.data.directory.string(),
                        error.what())};
  }
}

void write_page(const std::vector<ResultsData>& files, std::size_t kept, const ReportOptions& options) {
  std::filesystem::path output = options.output;
  if (output.empty()) output = page_of(options.files.front());
  std::vector<TestImages> images;
  for (const ResultsData& results : files) images.push_back(images_of(results));
  const std::string page = to_page(files, kept, images);
  write_output(
      output, [&](const Sink& put) { put(page); }, options.files);
}

void write_figures(const ResultsData& results, const ReportOptions& options) {
  const std::vector<Figure> all = figures(results, options.top);
  if (all.empty()) {
    print_out("{}: there are no figures yet, because no run is done with finite losses\n",
              results.file.string());
    return;
  }
  std::error_code error;
  std::filesystem::create_directories(options.figures, error);
  if (error) throw failure(fmt::format("cannot make {}: {}", options.figures.string(), error.message()));
  for (const Figure& figure : all) {
    const std::string& svg = figure.svg;
    write_output(
        options.figures / figure.name, [&](const Sink& put) { put(svg); }, options.files);
  }
}

int report_file(const ReportOptions& options) {
  const bool page = options.figures.empty() || !options.output.empty();
  if (page && options.output.empty() && options.files.size() > 1)
    throw bad_input("report: the page of several files needs a name: --output PAGE");
  const auto [files, kept] = read_sweeps(options.files, options.all);
  if (!options.figures.empty() && files.size() > 1)
    throw bad_input("report: --svg draws the figures of one sweep; these files are of several sweeps");
  if (page) write_page(files, kept, options);
  if (!options.figures.empty()) write_figures(files.front(), options);
  return exit_done;
}

}  // namespace

Command report_command(const CommandLine& line) {
  const auto options = std::make_shared<ReportOptions>();
  CLI::App* app = line.app.add_subcommand("report", "Write a results file as a page of plots");
  app->group(group::results);
  app->add_option("FILE", options->files,
                  "Results files, also of sweeps that are running; several: on one page, shards as one")
      ->required();
  app->add_flag("--all", options->all, "Include runs that are no longer in the config");
  app->add_option("-o,--output", options->output,
                  "The page (the results file's name with .html; several files need this option)")
      ->type_name("FILE");
  CLI::Option* svg =
      app->add_option("--svg", options->figures,
                      "A folder for the plots as SVG files, for a paper; the page too only with --output")
          ->type_name("FOLDER");
  app->add_option("--top", options->top,
                  "With --svg: also the curves of the N best runs (best_runs.svg), by validation accuracy, "
                  "or by test accuracy if there is no validation set")
      ->check(CLI::Range(1, 100))
      ->needs(svg);
  return {app, [options] { return report_file(*options); }};
}

}  // namespace runner::cli
