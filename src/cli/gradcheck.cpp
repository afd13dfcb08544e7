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

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <set>
#include <tuple>

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

/// The runs whose gradients are not known from another's: learning rate, sampling and the way a gradient is
/// found do not change it.
std::vector<RunSpec> distinct_networks(const Sweep& sweep) {
  std::vector<RunSpec> networks;
  std::set<std::tuple<std::int32_t, std::int32_t, Loss, double>> seen;
  for (const Run& run : sweep.runs) {
    const RunSpec& s = run.spec;
    if (seen.emplace(s.batch_size, s.hidden_size, s.loss, s.weight_init_std).second) networks.push_back(s);
  }
  return networks;
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

std::vector<double> values_of(const nn::Matrix& m) {
  return {m.data(), m.data() + m.size()};
}

/// By the book's formulas, in double precision.
Derivatives book_gradient(Loss loss, const Dataset& batch, const Weights& weights) {
  const nn::TwoLayerNet net({matrix(weights.W1, batch.pixels), matrix(weights.b1, 1),
                             matrix(weights.W2, weights.b1.size()), matrix(weights.b2, 1)},
                            loss == Loss::cross_entropy ? nn::LossFunction::cross_entropy_error
                                                        : nn::LossFunction::mean_squared_error);
  const nn::Matrix x = matrix(batch.train.pixels, batch.train.count) / 255;
  const nn::Parameters gradient = net.gradient(x, batch.train.labels);
  return {values_of(gradient.W1), values_of(gradient.b1), values_of(gradient.W2), values_of(gradient.b2)};
}

/// Prints what was found of one network; returns its worst error.
double check(const RunSpec& run, const Dataset& data, const Backend& backend) {
  const std::atomic<bool> split{false};
  const Weights weights = weights_of(CohortTrainer(data, std::span(&run, 1), backend, split).weights(0));
  const Dataset batch = first_batch(data, run);
  const RawBatch raw{batch.train.pixels.data(), batch.train.labels.data(), batch.train.count, batch.pixels};
  const Derivatives numerical = numerical_gradient(run, raw, weights, *backend.central_differences);
  const auto book = compare_gradients(book_gradient(run.loss, batch, weights), numerical);
  const auto training =
      compare_gradients(backpropagation_gradient(run, batch, weights, backend), numerical);

  print_out("{}-{}-{}, {}, weight_init_std {}, {} images of {}\n", data.pixels, run.hidden_size, data.classes,
            to_string(run.loss), run.weight_init_std, batch.train.count, data.name);
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
      "Back-propagation is off: the worst is {:.1e}, more than {:.0e}. (As in the book it takes "
      "cross_entropy\n"
      "without its 1e-7, which a network that is very sure of what is wrong can tell.)\n",
      worst, allowed);
  return exit_failed;
}

}  // namespace

Command gradcheck_command(const CommandLine& line) {
  const auto options = std::make_shared<GradcheckOptions>();
  CLI::App* app = line.app.add_subcommand(
      "gradcheck", "Check back-propagation against central differences, for the networks of a config");
  app->add_option("CONFIG", options->config, "The sweep, a JSON file")->required();
  app->add_option("KEY=VALUE", options->overrides, "Replace keys of the config");
  add_options(*app, options->compute);
  return {app, "gradcheck CONFIG", [options] { return gradcheck(*options); }};
}

}  // namespace runner::cli
