#include "page_classes.hpp"

#include "runner/data/class_names.hpp"
#include "runner/error/printable.hpp"

#include "image_shape.hpp"
#include "json_number.hpp"
#include "predicted_runs.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nettle/base64.h>

namespace runner {
namespace {

using Json = nlohmann::ordered_json;

std::string base64(std::span<const std::uint8_t> bytes) {
  std::string text(BASE64_ENCODE_RAW_LENGTH(bytes.size()), '\0');
  base64_encode_raw(text.data(), bytes.size(), bytes.data());
  return text;
}

/// A number alone, or with what is known of its spread.
Json spread_json(const Estimate& estimate) {
  if (estimate.has_interval()) return {json_number(estimate.mean), json_number(estimate.half_width)};
  if (estimate.is_range())
    return {json_number(estimate.mean), nullptr, json_number(estimate.least), json_number(estimate.most)};
  return Json::array({json_number(estimate.mean)});
}

Json configuration_json(const ClassResults& results, int first_epoch, int last_epoch) {
  Json json{{"runs", results.runs}, {"epochs", {first_epoch, last_epoch}}, {"confusion", results.confusion}};
  for (const ClassFigure& figure : class_figures) {
    Json& of_classes = json[std::string(figure.name)] = Json::array();
    for (const ClassFigures& own : results.classes) of_classes.push_back(spread_json(own.*figure.estimate));
  }
  return json;
}

/// What the runs of a configuration predicted.
Json configuration_json(const Runs& runs, const ResultsData& results, const Predictions& predictions) {
  std::vector<Labels> of_runs;
  int first = runs.front()->predictions_epoch, last = first;
  for (const StoredRun* run : runs) {
    of_runs.push_back(predictions(*run));
    first = std::min(first, run->predictions_epoch);
    last = std::max(last, run->predictions_epoch);
  }
  const DatasetFacts& data = results.origin.data;
  return configuration_json(class_results(data.test_labels, of_runs, data.classes), first, last);
}

Json file_json(const ResultsData& results, const Predictions& predictions, const TestImages& images) {
  const DatasetFacts& data = results.origin.data;
  Misclassifications all(data.test_labels, data.classes);
  for (const StoredRun& run : results.runs)
    if (has_predictions(run)) all.add(predictions(run));

  const std::optional<ImageShape> shape = image_shape(data);
  Json json{{"names", Json::array()},
            {"images", std::vector<std::size_t>(data.classes)},
            {"runs", all.runs()},
            {"misclassified", Json::array()},
            {"rows", shape ? shape->rows : 0},
            {"columns", shape ? shape->columns : 0}};
  for (const std::string& name : class_names(data)) json["names"].push_back(printable(name));
  for (const std::uint8_t label : data.test_labels)
    json["images"][label] = json["images"][label].get<std::size_t>() + 1;
  std::vector<std::uint8_t> drawn;
  for (const MisclassifiedImage& image : all.worst(most_images_on_page)) {
    json["misclassified"].push_back({image.image, image.label, image.predicted, image.runs});
    const auto pixels = static_cast<std::ptrdiff_t>(data.pixels);
    if (!shape || images.pixels.empty() || drawn.size() + data.pixels > most_image_pixels) continue;
    const auto begin = images.pixels.begin() + static_cast<std::ptrdiff_t>(image.image) * pixels;
    drawn.insert(drawn.end(), begin, begin + pixels);
  }
  json["pixels"] = base64(drawn);
  json["no_pixels"] =
      shape ? printable(images.missing) : fmt::format("their {} numbers are no grey picture", data.pixels);
  return json;
}

/// The best first, whatever has no number last.
std::vector<std::size_t> best_first(const Comparison& comparison) {
  std::vector<std::size_t> order(comparison.configurations.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto accuracy = [&](std::size_t i) {
    const double mean = comparison.configurations[i].best_accuracy.mean;
    return std::isnan(mean) ? -1 : mean;
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return accuracy(a) > accuracy(b); });
  return order;
}

}  // namespace

Json classes_on_page(std::span<const ResultsData> files, const Comparison& comparison,
                     std::span<const Predictions> predictions, std::span<const TestImages> images) {
  Json json{{"files", Json::array()}, {"of", Json::array()}, {"left_out", 0}};
  std::vector<std::pair<std::size_t, Runs>> configurations;  // of which file, and the runs to be shown
  for (std::size_t f = 0; f < files.size(); ++f) {
    const bool has = files[f].has_predictions();
    json["files"].push_back(
        has ? file_json(files[f], predictions[f], f < images.size() ? images[f] : TestImages()) : Json());
    for (const Runs& runs : configurations_of(files[f]))
      configurations.emplace_back(f, has ? predicted_runs(runs, files[f].recorded) : Runs());
  }

  json["of"] = std::vector<Json>(configurations.size());
  std::size_t numbers = 0, left_out = 0;
  for (const std::size_t i : best_first(comparison)) {
    const auto& [f, runs] = configurations[i];
    if (runs.empty()) continue;
    const std::size_t classes = files[f].origin.data.classes;
    numbers += classes * (classes + 2 * class_figures.size());
    if (numbers > most_class_numbers) {
      ++left_out;
      continue;
    }
    json["of"][i] = configuration_json(runs, files[f], predictions[f]);
    json["of"][i]["file"] = f;
  }
  json["left_out"] = left_out;
  return json;
}

}  // namespace runner
