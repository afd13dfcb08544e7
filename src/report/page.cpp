#include "runner/report/page.hpp"

#include "runner/error/error.hpp"
#include "runner/report/comparison.hpp"
#include "runner/report/curves.hpp"
#include "runner/report/effect.hpp"

#include "columns.hpp"
#include "finding.hpp"
#include "page_template.hpp"
#include "spread.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace runner {
namespace {

using Json = nlohmann::ordered_json;

/// Numbers that the curves of all configurations may take together: some 25 MB of page.
constexpr std::size_t most_curve_numbers = 1'500'000;

/// All digits, for numbers that the page prints: it rounds them as the tables in the terminal do, and once.
/// Null for no number.
Json exact(double number) {
  if (!std::isfinite(number)) return nullptr;
  if (number == std::floor(number) && std::abs(number) < 1e15) return static_cast<std::int64_t>(number);
  return number;
}

/// Six digits, for numbers that are drawn and not printed; null for no number.
Json rounded(double number) {
  if (!std::isfinite(number)) return nullptr;
  const double value = std::strtod(fmt::format("{:.6g}", number).c_str(), nullptr);
  if (value == std::floor(value) && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

Json index_or_null(const std::optional<std::size_t>& index) {
  return index ? Json(*index) : Json(nullptr);
}

/// The axes that vary: their values in ascending order, and which of them each configuration has.
Json axes_of(const Comparison& comparison) {
  Json axes = Json::array();
  for (const Column& column : varying_axes(comparison)) {
    std::map<double, std::string> values;
    for (const ConfigurationSummary& c : comparison.configurations)
      values.emplace(column.value(c), exact_text(column, c));
    Json axis;
    axis["name"] = column.name;
    axis["words"] = static_cast<bool>(column.word);
    axis["values"] = Json::array();
    for (const auto& [order, text] : values) axis["values"].push_back(text);
    axis["at"] = Json::array();
    for (const ConfigurationSummary& c : comparison.configurations)
      axis["at"].push_back(std::distance(values.begin(), values.find(column.value(c))));
    axes.push_back(std::move(axis));
  }
  return axes;
}

/// What was measured, by the names of CSV: a number for each configuration.
Json columns_of(const Comparison& comparison) {
  Json columns;
  for (const Column& column : measured_columns()) {
    Json& values = columns[std::string(column.name)];
    values = Json::array();
    for (const ConfigurationSummary& c : comparison.configurations)
      values.push_back(column.word ? Json(column.word(c)) : exact(column.value(c)));
  }
  return columns;
}

/// Epochs to draw: all, or evenly spaced ones, the first and the last among them.
std::vector<std::size_t> epochs_to_draw(const Comparison& comparison) {
  const auto last = static_cast<std::size_t>(comparison.epochs);
  const bool intervals = std::any_of(comparison.configurations.begin(), comparison.configurations.end(),
                                     [](const ConfigurationSummary& c) { return c.done > 1; });
  const std::size_t numbers =
      comparison.configurations.size() * (comparison.validated ? 6 : 4) * (intervals ? 2 : 1);
  const std::size_t most = std::max<std::size_t>(most_curve_numbers / std::max<std::size_t>(numbers, 1), 2);
  return spread(0, last, most);
}

/// {"mean": […], "half": […]}; half only where it is known of some epoch.
Json curve_json(const Curve& curve) {
  Json json;
  json["mean"] = Json::array();
  for (const Estimate& e : curve) json["mean"].push_back(exact(e.mean));
  if (std::any_of(curve.begin(), curve.end(), [](const Estimate& e) { return !std::isnan(e.half_width); })) {
    json["half"] = Json::array();
    for (const Estimate& e : curve) json["half"].push_back(rounded(e.half_width));
  }
  return json;
}

Json curves_json(const LearningCurves& curves) {
  if (curves.train_accuracy.empty()) return nullptr;
  Json json;
  const auto add = [&](const char* name, const Curve& curve) {
    if (!curve.empty()) json[name] = curve_json(curve);
  };
  add("train_accuracy", curves.train_accuracy);
  add("validation_accuracy", curves.validation_accuracy);
  add("test_accuracy", curves.test_accuracy);
  add("train_loss", curves.train_loss);
  add("validation_loss", curves.validation_loss);
  add("test_loss", curves.test_loss);
  return json;
}

/// Of each axis that varies, over the runs that have all their partners.
Json effects_of(const ResultsData& results, const Comparison& comparison) {
  Json effects = Json::array();
  for (const Column& column : varying_axes(comparison)) {
    const Effect effect = effect_of(results, column.name);
    Json json;
    json["axis"] = effect.axis;
    json["settings"] = effect.settings;
    json["seeds"] = effect.seeds;
    json["left_out"] = effect.left_out;
    json["values"] = Json::array();
    for (const EffectOfValue& row : effect.values) {
      Json value;
      value["value"] = row.value;
      const auto add = [&](const char* name, const Estimate& e) {
        value[name] = {exact(e.mean), exact(e.half_width)};
      };
      add("train", row.train_accuracy);
      add("test", row.test_accuracy);
      add("gap", row.gap);
      add("train_change", row.train_change);
      add("test_change", row.test_change);
      add("gap_change", row.gap_change);
      json["values"].push_back(std::move(value));
    }
    effects.push_back(std::move(json));
  }
  return effects;
}

std::string images(std::size_t n) {
  return counted(n, "image");
}

/// Pairs of what and which.
Json provenance_of(const ResultsData& results) {
  const Origin& origin = results.origin;
  Json pairs = Json::array();
  const auto add = [&](const std::string& what, const std::string& which) { pairs.push_back({what, which}); };
  add("Results file", results.file.string());
  add("Config file", origin.config_file.string());
  add("Data set",
      fmt::format("{} in {}: {} to train on{}, {} to test", origin.dataset, origin.dataset_directory.string(),
                  images(origin.train_size),
                  origin.validation_size > 0 ? fmt::format(", {} to validate", images(origin.validation_size))
                                             : std::string(),
                  images(origin.test_size)));
  for (const DatasetFile& file : origin.files)
    add(fmt::format("SHA-256 of {}", file.path.filename().string()), file.sha256);
  add("Program",
      fmt::format("runner {}, arithmetic version {}", origin.runner_version, origin.arithmetic_version));
  add("Kernel", origin.kernel);
  add("Processor", origin.processor);
  return pairs;
}

std::string description_of(const ResultsData& results) {
  const Json config = Json::parse(results.effective_config, nullptr, false);
  return config.is_object() ? config.value("description", "") : "";
}

/// In a script element: nothing in it may look like an end of it. What is no UTF-8 becomes U+FFFD.
std::string for_script(const Json& json) {
  std::string text;
  for (const char c : json.dump(-1, ' ', false, Json::error_handler_t::replace)) {
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  }
  return text;
}

}  // namespace

std::string to_page(const ResultsData& results) {
  const Comparison comparison = compare(results);
  const std::vector<std::size_t> epochs = epochs_to_draw(comparison);
  std::size_t runs = 0, ended = 0;
  for (const ConfigurationSummary& c : comparison.configurations) {
    runs += c.seeds;
    ended += c.done + c.diverged;
  }

  Json page;
  page["name"] = results.name;
  page["description"] = description_of(results);
  page["finding"] = finding(comparison);
  page["chosen_by"] = comparison.chosen_by();
  page["validated"] = comparison.validated;
  page["epochs"] = comparison.epochs;
  page["runs"] = runs;
  page["ended"] = ended;
  page["fixed"] = fixed_settings(comparison);
  page["best"] = index_or_null(comparison.best());
  page["widest"] = index_or_null(comparison.widest_gap());
  page["configurations"] = comparison.configurations.size();
  page["axes"] = axes_of(comparison);
  page["columns"] = columns_of(comparison);
  page["effects"] = effects_of(results, comparison);
  page["curve_epochs"] = epochs;
  page["curves"] = Json::array();
  for (const LearningCurves& curves : learning_curves(results, epochs))
    page["curves"].push_back(curves_json(curves));
  page["provenance"] = provenance_of(results);
  page["config"] = results.origin.config_text;

  const std::string_view whole = page_template();
  constexpr std::string_view mark = "@PAGE_DATA@";
  const std::size_t at = whole.find(mark);
  return std::string(whole.substr(0, at)).append(for_script(page)).append(whole.substr(at + mark.size()));
}

}  // namespace runner
