#include "page_weights.hpp"

#include "runner/data/class_names.hpp"
#include "runner/error/printable.hpp"
#include "runner/results/stored_weights.hpp"

#include "image_shape.hpp"
#include "seeds.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

using WeightsJson = nlohmann::ordered_json;

constexpr int steps_of_sign = 45;
constexpr char no_weight = 'P';

/// Files whose weights are read, each opened once.
class WeightFiles {
 public:
  const StoredWeights& of(const std::filesystem::path& file) {
    return files_.try_emplace(file, file).first->second;
  }

 private:
  std::map<std::filesystem::path, StoredWeights> files_;
};

bool may_have_weights(const StoredRun& run) {
  return has_finished(run.status) && run.epochs_done > 0 && run.weights_epoch == run.epochs_done;
}

bool all_finite(const Weights& weights) {
  return std::all_of(tensor_table.begin(), tensor_table.end(), [&](const TensorInfo& tensor) {
    const std::vector<float>& values = weights.*tensor.values;
    return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
  });
}

/// The places of the configurations with such runs, in the order in which they get pictures.
std::vector<std::size_t> in_order(const Comparison& comparison, const std::vector<Runs>& runs) {
  const auto best = comparison.best(), widest = comparison.widest_gap();
  const auto key = [&](std::size_t i) {
    const ConfigurationSummary& c = comparison.configurations[i];
    const double accuracy = c.best_accuracy.mean;
    return std::tuple(i != best, i != widest, !c.learned(), c.diverged > 0,
                      std::isnan(accuracy) ? std::numeric_limits<double>::infinity() : -accuracy);
  };
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < runs.size(); ++i)
    if (!runs[i].empty()) order.push_back(i);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  return order;
}

std::vector<float> column_of(const Weights& weights, std::size_t unit) {
  const std::size_t hidden = weights.b1.size();
  std::vector<float> column;
  for (std::size_t at = unit; at < weights.W1.size(); at += hidden) column.push_back(weights.W1[at]);
  return column;
}

WeightsJson picture_json(const Weights& weights, std::size_t unit) {
  const SignedPicture picture = signed_picture(column_of(weights, unit));
  return {picture.most, picture.pixels};
}

WeightsJson units_json(const Weights& before, const Weights& after, std::size_t most) {
  const std::vector<double> use = use_of_units(after);
  std::vector<std::size_t> order(use.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return use[a] > use[b]; });
  const double largest = use[order.front()];
  order.resize(std::min(order.size(), most));
  const std::size_t classes = after.b2.size();
  WeightsJson units = WeightsJson::array();
  for (const std::size_t unit : order) {
    const auto row = after.W2.begin() + static_cast<std::ptrdiff_t>(unit * classes);
    units.push_back({{"unit", unit},
                     {"use", largest > 0 ? use[unit] / largest : 0},
                     {"class", std::max_element(row, row + static_cast<std::ptrdiff_t>(classes)) - row},
                     {"before", picture_json(before, unit)},
                     {"after", picture_json(after, unit)}});
  }
  return units;
}

/// Of the first of these runs whose weights are all there; null where none has them.
WeightsJson run_json(const ResultsData& results, const Runs& runs, const ImageShape& shape,
                     WeightFiles& files) {
  const std::size_t units = std::min(
      most_pictured_units, most_pictured_pixels / (2 * most_pictured_runs * shape.rows * shape.columns));
  for (const StoredRun* run : runs) {
    const StoredWeights& stored = files.of(results.file_of(*run));
    if (!stored.available()) continue;
    const std::int32_t hidden = run->run.spec.hidden_size;
    const Weights before = stored.initial(run->row, hidden), after = stored.last(run->row, hidden);
    if (!all_finite(before) || !all_finite(after)) continue;
    DatasetFacts data = results.origin.data;
    data.classes = after.b2.size();
    return {{"seed", run->run.spec.seed},
            {"epoch", run->weights_epoch},
            {"hidden", hidden},
            {"classes", class_names(data)},
            {"rows", shape.rows},
            {"columns", shape.columns},
            {"units", units_json(before, after, units)}};
  }
  return nullptr;
}

}  // namespace

std::vector<double> use_of_units(const Weights& weights) {
  const std::size_t hidden = weights.b1.size(), classes = weights.b2.size();
  const auto square = [](float value) { return static_cast<double>(value) * static_cast<double>(value); };
  std::vector<double> in(hidden), out(hidden);
  for (std::size_t at = 0; at < weights.W1.size(); ++at) in[at % hidden] += square(weights.W1[at]);
  for (std::size_t at = 0; at < weights.W2.size(); ++at) out[at / classes] += square(weights.W2[at]);
  std::vector<double> use;
  for (std::size_t unit = 0; unit < hidden; ++unit) use.push_back(std::sqrt(in[unit] * out[unit]));
  return use;
}

SignedPicture signed_picture(std::span<const float> numbers) {
  SignedPicture picture{0, {}};
  for (const float number : numbers)
    picture.most = std::max(picture.most, std::abs(static_cast<double>(number)));
  for (const float number : numbers) {
    const double share = picture.most > 0 ? static_cast<double>(number) / picture.most : 0;
    picture.pixels += static_cast<char>(no_weight + std::lround(share * steps_of_sign));
  }
  return picture;
}

WeightsJson weights_on_page(std::span<const ResultsData> files, const Comparison& comparison) {
  std::vector<Runs> runs;  // of each configuration, those that may have weights
  for (const ResultsData& results : files)
    for (Runs& its : configurations_of(results)) {
      std::erase_if(its, [](const StoredRun* run) { return !may_have_weights(*run); });
      std::stable_sort(its.begin(), its.end(), [](const StoredRun* a, const StoredRun* b) {
        return a->run.spec.seed < b->run.spec.seed;
      });
      runs.push_back(std::move(its));
    }
  WeightsJson page{{"runs", WeightsJson::array()}, {"configurations", 0}, {"why_not", ""}};
  const std::vector<std::size_t> order = in_order(comparison, runs);
  page["configurations"] = order.size();
  WeightFiles opened;
  for (const std::size_t i : order) {
    if (page["runs"].size() == most_pictured_runs) break;
    const ResultsData& results = files[comparison.configurations[i].file];
    const auto shape = image_shape(results.origin.data);
    if (!shape) {
      page["why_not"] = fmt::format("the {} numbers of an image of {} do not form a grey picture",
                                    results.origin.data.pixels, printable(results.file.filename().string()));
      continue;
    }
    if (2 * most_pictured_runs * shape->rows * shape->columns > most_pictured_pixels) {
      page["why_not"] =
          fmt::format("images of {} × {} pixels are too large for this page", shape->rows, shape->columns);
      continue;
    }
    WeightsJson run = run_json(results, runs[i], *shape, opened);
    if (run.is_null()) continue;
    run["configuration"] = i;
    page["runs"].push_back(std::move(run));
  }
  return page;
}

}  // namespace runner
