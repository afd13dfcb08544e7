#include "runner/data/npz_writer.hpp"
#include "runner/error/error.hpp"
#include "runner/error/printable.hpp"
#include "runner/report/comparison.hpp"
#include "runner/report/curves_csv.hpp"
#include "runner/results/stored_weights.hpp"

#include "chosen_run.hpp"
#include "commands.hpp"
#include "exit_codes.hpp"
#include "output_file.hpp"
#include "read_sweeps.hpp"
#include "standard_streams.hpp"
#include "topics.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace runner::cli {
namespace {

constexpr const char* standard_output = "-";

struct ExportOptions {
  std::vector<std::filesystem::path> files;
  std::filesystem::path curves, weights;  ///< what is written; empty: not this
  RunChoice choice;                       ///< whose weights
  bool all = false;                       ///< runs whose values have left the config, too
};

/// What is said beside what is written: where that goes to standard output, on standard error.
void say_beside(const std::filesystem::path& output, const std::string& text) {
  if (output == standard_output)
    put_message(text);
  else
    put_out(text);
}

void write_export(const std::filesystem::path& output, const std::function<void(const Sink&)>& make,
                  const ExportOptions& options) {
  if (output == standard_output)
    make([](std::string_view part) { put_out(part); });
  else
    write_output(output, make, options.files);
}

void export_curves(const ExportOptions& options) {
  const auto [files, kept] = read_sweeps(options.files, options.all);
  const std::vector<ResultsData>& read = files;
  write_export(
      options.curves, [&](const Sink& put) { write_curves_csv(read, put); }, options);
  if (kept > 0) say_beside(options.curves, fmt::format("{} (--all includes them)\n", kept_note(kept)));
}

/// The tensors of a network as arrays, which the weights must outlive.
void add_arrays(std::vector<NamedArray>& arrays, const Weights& weights, std::string_view prefix) {
  const NetworkShape shape{weights.W1.size() / weights.b1.size(), weights.b1.size(), weights.b2.size()};
  for (const TensorInfo& tensor : tensor_table) {
    NamedArray array{fmt::format("{}{}", prefix, tensor.name), {}, weights.*tensor.values};
    for (std::size_t d = 0; d < tensor.rank; ++d) array.shape.push_back(length(tensor.dimensions[d], shape));
    arrays.push_back(std::move(array));
  }
}

void export_weights(const ExportOptions& options) {
  if (options.files.size() > 1) throw bad_input("export: --weights takes one results file, not several");
  const ResultsData results = read_results(options.files.front());
  const std::size_t row = row_with_weights(results, options.choice);
  const StoredRun& run = results.runs[row];
  const StoredWeights stored(options.files.front());
  const Weights last = stored.last(run.row, run.run.spec.hidden_size);
  const Weights initial = stored.initial(run.row, run.run.spec.hidden_size);
  std::vector<NamedArray> arrays;
  add_arrays(arrays, last, "");
  add_arrays(arrays, initial, "initial_");
  const std::string archive = npz_archive(arrays);
  write_export(
      options.weights, [&](const Sink& put) { put(archive); }, options);
  say_beside(options.weights, fmt::format("weights of {} before epoch 1 and after epoch {}\n",
                                          printable(name_of_run(results, row)), run.weights_epoch));
}

int export_file(const ExportOptions& options) {
  if (options.curves.empty() && options.weights.empty())
    throw bad_input("export: nothing to write: name a file, --curves curves.csv or --weights weights.npz");
  if (options.curves == standard_output && options.weights == standard_output)
    throw bad_input("export: only one of --curves and --weights can go to standard output");
  // What is more likely to be refused comes first.
  if (!options.weights.empty()) export_weights(options);
  if (!options.curves.empty()) export_curves(options);
  return exit_done;
}

}  // namespace

Command export_command(const CommandLine& line) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App* app = line.app.add_subcommand("export", "Write curves as CSV, or the weights of a run for NumPy");
  app->group(group::elsewhere);
  app->add_option(
         "FILE", options->files,
         "Results files, also of sweeps that are running; several: one after the other, shards as one")
      ->required();
  app->add_option("--curves", options->curves,
                  "Write a CSV table with a row for each run and recorded epoch; - is standard output")
      ->type_name("FILE");
  CLI::Option* weights =
      app->add_option("--weights", options->weights,
                      "Write the weights of one run, initial and final, as a .npz file; - is standard output")
          ->type_name("FILE");
  add_options(*app, options->choice);
  for (const char* choice : {"--run", "--best"}) app->get_option(choice)->needs(weights);
  app->add_flag("--all", options->all, "Include runs that are no longer in the config");
  return {app, [options] { return export_file(*options); }};
}

}  // namespace runner::cli
