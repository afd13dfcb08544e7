#include "runner/checks/gradient_check.hpp"
#include "runner/data/batch_order.hpp"
#include "runner/nn/two_layer_net.hpp"
#include "runner/sweep/sweep.hpp"
#include "runner/training/backpropagation_gradient.hpp"

#include "commands.hpp"
#include "compute_options.hpp"
#include "exit_codes.hpp"
#include "memory.hpp"
#include "standard_streams.hpp"
#include "topics.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace runner::cli {
namespace {

struct GradcheckOptions {
  std::filesystem::path config;
  std::vector<std::string> overrides;
  ComputeOptions compute;
};

/// More than float32 and the 1e-7 in the logarithm make of a network as it begins, and far less than a
/// mistake would.
constexpr double allowed = 1e-4;

/// The axes that change a gradient, beside batch_size and hidden_size.
constexpr std::array<std::string_view, 5> changing{"loss", "activation", "weight_decay", "weight_init",
                                                   "weight_init_std"};

/// The runs whose gradients are not known from another's.
std::vector<RunSpec> distinct_networks(const Sweep& sweep) {
  std::vector<RunSpec> networks;
  std::set<std::vector<std::string>> seen;
  for (const Run& run : sweep.runs) {
    std::vector<std::string> values{find_axis("batch_size")->text(run.spec),
                                    find_axis("hidden_size")->text(run.spec)};
    for (const std::string_view axis : changing) values.push_back(find_axis(axis)->text(run.spec));
    if (seen.insert(values).second) networks.push_back(run.spec);
  }
  return networks;
}

/// "784-50-10, cross_entropy, weight_init_std 0.01".
std::string name_of(const RunSpec& run, const Dataset& data) {
  std::string name =
      fmt::format("{}-{}-{}, {}", data.pixels, run.hidden_size, data.classes, to_string(run.loss));
  for (const std::string_view axis : changing)
    if (axis != "loss" && !find_axis(axis)->goes_without_saying(run))
      name += fmt::format(", {} {}", axis, find_axis(axis)->text(run));
  return name;
}

/// A data set of nothing but the first mini-batch of a run.
Dataset first_batch(const Dataset& data, const RunSpec& run) {
  std::vector<std::uint32_t> order;
  const auto batch_size = static_cast<std::size_t>(run.batch_size);
  epoch_order(run.sampling, static_cast<std::uint64_t>(run.seed), 1, data.train.count, batch_size, order);
  Dataset batch;
  batch.pixels = data.pixels;
  batch.classes = data.classes;
  batch.train.count = std::min(batch_size, order.size());
  for (std::size_t i = 0; i < batch.train.count; ++i) {
    const auto image = data.train.pixels.begin() + static_cast<std::ptrdiff_t>(order[i] * data.pixels);
    batch.train.pixels.insert(batch.train.pixels.end(), image,
                              image + static_cast<std::ptrdiff_t>(data.pixels));
    batch.train.labels.push_back(data.train.labels[order[i]]);
  }
  return batch;
}

template <class Values>
nn::Matrix matrix(const Values& values, std::size_t rows) {
  nn::Matrix m(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(values.size() / rows));
  std::copy(values.begin(), values.end(), m.data());
  return m;
}

nn::Matrix images_of(const Dataset& batch) {
  return matrix(batch.train.pixels, batch.train.count) / 255;
}

/// The hidden units that have a corner of the activation within h of their sum for some image: there a
/// central difference is not near the derivative.
std::vector<std::size_t> units_at_a_corner(Activation activation, const Dataset& batch,
                                           const Weights& weights) {
  std::vector<std::size_t> units;
  if (activation != Activation::relu) return units;
  const nn::Matrix sums = images_of(batch) * matrix(weights.W1, batch.pixels);
  for (Eigen::Index unit = 0; unit < sums.cols(); ++unit) {
    const auto bias = static_cast<double>(weights.b1[static_cast<std::size_t>(unit)]);
    if ((sums.col(unit).array() + bias).abs().minCoeff() <= difference_step)
      units.push_back(static_cast<std::size_t>(unit));
  }
  return units;
}

/// Takes the derivatives by what leads to some units for 0.
Derivatives without(const std::vector<std::size_t>& units, Derivatives gradient) {
  const std::size_t hidden = gradient.b1.size();
  for (const std::size_t unit : units) {
    gradient.b1[unit] = 0;
    for (std::size_t i = unit; i < gradient.W1.size(); i += hidden) gradient.W1[i] = 0;
  }
  return gradient;
}

std::vector<double> values_of(const nn::Matrix& m) {
  return {m.data(), m.data() + m.size()};
}

/// By the book's formulas, in double precision.
Derivatives book_gradient(const RunSpec& run, const Dataset& batch, const Weights& weights) {
  const nn::TwoLayerNet net({matrix(weights.W1, batch.pixels), matrix(weights.b1, 1),
                             matrix(weights.W2, weights.b1.size()), matrix(weights.b2, 1)},
                            run.loss == Loss::cross_entropy ? nn::LossFunction::cross_entropy_error
                                                            : nn::LossFunction::mean_squared_error,
                            {.activation = run.activation, .weight_decay = run.weight_decay});
  const nn::Matrix x = images_of(batch);
  const nn::Parameters gradient = net.gradient(x, batch.train.labels);
  return {values_of(gradient.W1), values_of(gradient.b1), values_of(gradient.W2), values_of(gradient.b2)};
}

/// Prints what was found of one network; returns its worst error.
double check(const RunSpec& run, const Dataset& data, const Backend& backend) {
  const std::atomic<bool> split{false};
  const Weights weights = weights_of(CohortTrainer(data, std::span(&run, 1), backend, split).weights(0));
  const Dataset batch = first_batch(data, run);
  const RawBatch raw{batch.train.pixels.data(), batch.train.labels.data(), batch.train.count, batch.pixels};
  const std::vector<std::size_t> corners = units_at_a_corner(run.activation, batch, weights);
  const Derivatives numerical =
      without(corners, numerical_gradient(run, raw, weights, *backend.central_differences));
  const auto book = compare_gradients(without(corners, book_gradient(run, batch, weights)), numerical);
  const auto training =
      compare_gradients(without(corners, backpropagation_gradient(run, batch, weights, backend)), numerical);

  print_out("{}, {} images of {}\n", name_of(run, data), batch.train.count, data.name);
  if (!corners.empty())
    print_out(
        "    {} of the {} hidden units have an input within h of 0, where relu has a corner: their W1 and b1 "
        "are left out.\n",
        corners.size(), run.hidden_size);
  print_out("    largest gradient  error of the book's formulas  error of training's step\n");
  double worst = 0;
  for (std::size_t block = 0; block < book.size(); ++block) {
    print_out("{}  {:>16.2e}  {:>28.1e}  {:>24.1e}\n", book[block].block, book[block].largest,
              book[block].error, training[block].error);
    worst = std::max({worst, book[block].error, training[block].error});
  }
  print_out("\n");
  return worst;
}

int gradcheck(const GradcheckOptions& options) {
  Config config = read_config(options.config, options.overrides);
  const Backend backend = make_backend(options.compute.kernel, instruction_set_of(options.compute));
  const Dataset data = load_dataset(config.dataset);
  const Sweep sweep = expand(std::move(config), data);
  require_memory(sweep, data, backend, 1);

  double worst = 0;
  for (const RunSpec& run : distinct_networks(sweep)) worst = std::max(worst, check(run, data, backend));
  print_out(
      "Errors are against central differences (h = 1e-4), relative to the largest gradient of the block.\n");
  if (worst <= allowed) {
    print_out("Back-propagation is right: the worst is {:.1e}, less than {:.0e}.\n", worst, allowed);
    return exit_done;
  }
  print_out(
      "Back-propagation is off: the worst is {:.1e}, more than {:.0e}. (As in the book, its cross_entropy "
      "has no\n"
      "1e-7 in the logarithm. That makes a difference for a network that is very sure of wrong answers.)\n",
      worst, allowed);
  return exit_failed;
}

}  // namespace

Command gradcheck_command(const CommandLine& line) {
  const auto options = std::make_shared<GradcheckOptions>();
  CLI::App* app = line.app.add_subcommand(
      "gradcheck", "Check back-propagation against central differences, for the networks of a config");
  app->group(group::training);
  app->add_option("CONFIG", options->config, "The sweep, a JSON file")->required();
  app->add_option("KEY=VALUE", options->overrides, "Replace keys of the config");
  add_options(*app, options->compute);
  return {app, [options] { return gradcheck(*options); }};
}

}  // namespace runner::cli
