#include "runner/sweep/sweep.hpp"

#include "runner/data/sha256.hpp"
#include "runner/error/error.hpp"
#include "runner/model/metric.hpp"
#include "runner/model/versions.hpp"
#include "runner/model/weights.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

constexpr std::size_t digest_length = 32;

/// An axis value in the text that is hashed. A number that is not an integer stands as the 16 hexadecimal
/// digits of its IEEE 754 bits: no formatting can change them.
template <class Value>
std::string identity(Value value) {
  if constexpr (std::is_enum_v<Value>) return std::string(to_string(value));
  if constexpr (std::is_same_v<Value, double>)
    return fmt::format("{:016x}", std::bit_cast<std::uint64_t>(value));
  if constexpr (std::is_integral_v<Value>) return fmt::format("{}", value);
}

/// Bytes of the numbers that a results file has of a run of so many hidden units.
double bytes_of_run(const Config& config, std::int32_t hidden_size, const DatasetFacts& data) {
  const auto metrics = std::count_if(metric_table.begin(), metric_table.end(), [&](const MetricInfo& line) {
    return line.since == oldest_readable_layout &&
           (line.set != ImageSet::validation || data.validation_size > 0);
  });
  double numbers = static_cast<double>(metrics) * static_cast<double>(config.recorded_epochs().size());
  const NetworkShape network{data.pixels, static_cast<std::size_t>(hidden_size), data.classes};
  constexpr double times = 2;  // untrained, and after the last epoch
  if (config.save_weights)
    for (const TensorInfo& tensor : tensor_table)
      numbers += times * static_cast<double>(size(tensor, network));
  return numbers * sizeof(float);
}

bool are_predictions_small(const Sweep& sweep, const DatasetFacts& data) {
  const auto of_run = static_cast<double>(data.test_size);
  if (of_run * static_cast<double>(sweep.runs.size()) <= most_predictions_by_default) return true;
  std::int32_t widest = 0;
  for (const Run& run : sweep.runs) widest = std::max(widest, run.spec.hidden_size);
  return of_run <= bytes_of_run(sweep.config, widest, data);
}

}  // namespace

Sweep expand(Config config, const DatasetFacts& data) {
  Sweep sweep{std::move(config), {}, false};
  const std::vector<RunSpec> specs = runs_of(sweep.config.spaces);
  sweep.runs.reserve(specs.size());
  for (const RunSpec& spec : specs) {
    if (static_cast<std::size_t>(spec.batch_size) > data.train_size)
      throw bad_input(
          fmt::format("{}: batch_size: {} is out of range: at most the {} images of the training set",
                      sweep.config.file.string(), spec.batch_size, data.train_size));
    sweep.runs.push_back({spec, run_digest(spec, data), static_cast<std::int32_t>(sweep.runs.size())});
  }
  sweep.save_predictions = sweep.config.save_predictions.value_or(are_predictions_small(sweep, data));
  return sweep;
}

std::vector<std::vector<std::size_t>> configurations_among(
    std::size_t runs, const std::function<const RunSpec&(std::size_t place)>& spec) {
  std::vector<std::vector<std::size_t>> configurations;
  std::map<RunSpec, std::size_t> known;
  for (std::size_t place = 0; place < runs; ++place) {
    RunSpec but_for_the_seed = spec(place);
    but_for_the_seed.seed = 0;
    const auto [at, is_new] = known.try_emplace(but_for_the_seed, configurations.size());
    if (is_new) configurations.emplace_back();
    configurations[at->second].push_back(place);
  }
  return configurations;
}

std::string run_digest(const RunSpec& spec, const DatasetFacts& data) {
  std::string text = fmt::format(
      "arithmetic_version={}\n"
      "train_images={}\n"
      "train_labels={}\n"
      "test_images={}\n"
      "test_labels={}\n"
      "train_size={}\n"
      "test_size={}\n",
      arithmetic_version, data.files[0].sha256, data.files[1].sha256, data.files[2].sha256,
      data.files[3].sha256, data.train_size, data.test_size);
  if (data.validation_size > 0) text += fmt::format("validation_size={}\n", data.validation_size);
  for_each_axis([&](const auto& axis) {
    const auto value = spec.*axis.value;
    if (axis.since == oldest_readable_layout || value != RunSpec{}.*axis.value)
      text += fmt::format("{}={}\n", axis.name, identity(value));
  });
  return sha256_hex(text).substr(0, digest_length);
}

}  // namespace runner
