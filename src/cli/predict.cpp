#include "runner/compute/parallel.hpp"
#include "runner/data/class_names.hpp"
#include "runner/data/images.hpp"
#include "runner/error/error.hpp"
#include "runner/error/printable.hpp"
#include "runner/report/csv.hpp"
#include "runner/results/stored_weights.hpp"
#include "runner/sweep/config.hpp"
#include "runner/training/inference.hpp"

#include "chosen_run.hpp"
#include "commands.hpp"
#include "exit_codes.hpp"
#include "standard_streams.hpp"
#include "topics.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace runner::cli {
namespace {

struct PredictOptions {
  std::filesystem::path file;
  RunChoice choice;
  std::vector<std::filesystem::path> data;
  std::filesystem::path labels;  ///< empty: none
  bool invert = false;
  bool csv = false;
};

/// A trained network of a results file.
struct Network {
  RunSpec run;
  Weights weights;
  ImageSize size;
  PixelScale scale;                  ///< of its training images
  std::string label;                 ///< the column of labels, where they were a table
  std::vector<std::string> classes;  ///< their names
  std::string name;                  ///< "results/sweep.h5, run 7 (seed 2), after epoch 10"
};

Network read_network(const PredictOptions& options) {
  const ResultsData results = read_results(options.file);
  const std::size_t row = row_with_weights(results, options.choice);
  const StoredRun& stored = results.runs[row];
  Network network{stored.run.spec,
                  StoredWeights(options.file).last(stored.row, stored.run.spec.hidden_size),
                  {},
                  {},
                  {},
                  {},
                  {}};
  for (const TensorInfo& tensor : tensor_table)
    for (const float weight : network.weights.*tensor.values)
      if (!std::isfinite(weight))
        throw bad_input(fmt::format("{} of {} has weights that are not numbers: the file is damaged",
                                    name_of_run(results, row), options.file.string()));
  // By the weights: a file of an earlier layout says nothing else of the size.
  network.size.pixels = network.weights.W1.size() / network.weights.b1.size();
  network.size.rows = results.origin.data.rows;
  network.size.columns = results.origin.data.columns;
  network.scale = results.origin.data.scale;
  network.label = parse_stored_config(results.effective_config, options.file).dataset.label;
  DatasetFacts data = results.origin.data;
  data.classes = network.weights.b2.size();
  network.classes = class_names(data);
  network.name = fmt::format("{}, {}, after epoch {}", options.file.string(), name_of_run(results, row),
                             stored.weights_epoch);
  return network;
}

/// Images with what to call each.
struct NamedImages {
  std::string file;  ///< as it was given
  Images images;
  bool numbered;  ///< the file is the only one, so that a number is name enough

  std::string name_of(std::size_t image) const {
    if (images.picture) return file;
    return numbered ? fmt::format("{}", image) : fmt::format("{}[{}]", file, image);
  }
};

std::vector<NamedImages> read_all(const PredictOptions& options, const Network& network) {
  std::vector<NamedImages> all;
  for (const std::filesystem::path& file : options.data) {
    all.push_back({file.string(), read_images(file, network.size, network.scale, network.label),
                   options.data.size() == 1});
    if (const std::uint64_t outside = all.back().images.outside; outside > 0)
      print_message("{}: {} {} outside the scale of the training images and became 0 or 255\n", file.string(),
                    outside, outside == 1 ? "number lies" : "numbers lie");
    if (options.invert)
      for (std::uint8_t& pixel : all.back().images.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
  }
  return all;
}

/// Prints a line for each image as it is classified.
class PredictionLines {
 public:
  PredictionLines(const Network& network, bool csv, bool labelled) : names_(network.classes), csv_(csv) {
    for (const std::string& name : names_) width_ = std::max(width_, name.size());
    if (!csv) {
      text_ = fmt::format("{:>{}}  probability  image\n", "class", width_);
      return;
    }
    text_ = labelled ? "file,image,label,class" : "file,image,class";
    for (std::size_t c = 0; c < names_.size(); ++c) text_ += fmt::format(",probability_{}", c);
    text_ += "\r\n";
  }

  /// `labels`: none, or one for each image from `first` on.
  void add(const NamedImages& file, std::size_t first, const Inference& found,
           std::span<const std::uint8_t> labels) {
    const auto out = std::back_inserter(text_);
    for (std::size_t i = 0; i < found.classes.size(); ++i) {
      const std::span y = std::span(found.probabilities).subspan(i * names_.size(), names_.size());
      if (!csv_) {
        fmt::format_to(out, "{:>{}}  {:>11.4f}  {}\n", names_[found.classes[i]], width_, y[found.classes[i]],
                       printable(file.name_of(first + i)));
        continue;
      }
      fmt::format_to(out, "{},{}", csv_field(printable(file.file)), first + i);
      if (!labels.empty()) fmt::format_to(out, ",{}", labels[i]);
      fmt::format_to(out, ",{}", found.classes[i]);
      for (const double probability : y) fmt::format_to(out, ",{}", probability);
      text_ += "\r\n";
    }
    put_out(text_);
    text_.clear();
  }

 private:
  const std::vector<std::string> names_;
  std::size_t width_ = 5;  ///< of the column of classes
  const bool csv_;
  std::string text_;
};

int predict(const PredictOptions& options) {
  const Network network = read_network(options);
  const std::vector<NamedImages> files = read_all(options, network);
  std::size_t images = 0;
  for (const NamedImages& file : files) images += file.images.count;
  std::vector<std::uint8_t> labels;
  if (!options.labels.empty()) {
    labels = read_labels(options.labels, network.classes.size(), network.label);
    if (labels.size() != images)
      throw bad_input(
          fmt::format("{} holds {} labels for {} images", options.labels.string(), labels.size(), images));
  }

  // Beside the numbers of CSV there is room for nothing else.
  if (options.csv)
    print_message("{}\n", printable(network.name));
  else
    print_out("{}\n", printable(network.name));
  const bool lines = options.csv || labels.empty();
  PredictionLines printed(network, options.csv, !labels.empty());
  const Backend backend = make_backend("auto", best_instruction_set());
  ThreadPool pool(ThreadPool::default_threads());
  std::size_t before = 0, right = 0;
  for (const NamedImages& file : files) {
    constexpr std::size_t at_once = 16 * evaluated_together;
    for (std::size_t first = 0; first < file.images.count; first += at_once) {
      const std::size_t count = std::min(at_once, file.images.count - first), pixels = network.size.pixels;
      Inference found;
      pool.execute([&] {
        found = infer(network.run, network.weights,
                      std::span(file.images.pixels).subspan(first * pixels, count * pixels), backend);
      });
      const std::span own =
          std::span(labels).subspan(labels.empty() ? 0 : before, labels.empty() ? 0 : count);
      for (std::size_t i = 0; i < own.size(); ++i) right += found.classes[i] == own[i] ? 1u : 0u;
      if (lines) printed.add(file, first, found, own);
      before += count;
    }
  }
  if (labels.empty()) return exit_done;
  const std::string summary =
      fmt::format("accuracy {:.4f}: {} of {} images\n",
                  static_cast<double>(right) / static_cast<double>(images), right, images);
  if (options.csv)
    put_message(summary);
  else
    put_out(summary);
  return exit_done;
}

}  // namespace

Command predict_command(const CommandLine& line) {
  const auto options = std::make_shared<PredictOptions>();
  CLI::App* app = line.app.add_subcommand("predict", "Classify images with a trained network");
  app->group(group::elsewhere);
  app->add_option("FILE", options->file, "The results file of a sweep with save_weights")->required();
  app->add_option("DATA", options->data,
                  "Images of the data set's size: PNG pictures, IDX files, NumPy arrays (.npy, x_test of an "
                  ".npz), or tables (.csv)")
      ->required();
  add_options(*app, options->choice);
  app->add_option("--labels", options->labels,
                  "The classes of all images (IDX, .npy, t_test of an .npz, or the label column of a .csv): "
                  "print the accuracy")
      ->type_name("FILE");
  app->add_flag("--invert", options->invert,
                "Turn dark into light first: for ink on paper, if the network was trained on light on dark, "
                "as in MNIST");
  app->add_flag("--csv", options->csv,
                "Print comma-separated values: the probabilities of all classes, all digits");
  return {app, [options] { return predict(*options); }};
}

}  // namespace runner::cli
