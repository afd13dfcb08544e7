#include "runner/report/comparison.hpp"
#include "runner/report/csv.hpp"
#include "runner/report/effect.hpp"
#include "runner/report/importance.hpp"

#include "columns.hpp"
#include "json_number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace runner {
namespace {

using Json = nlohmann::ordered_json;

struct NamedNumber {
  std::string_view name;
  double value;
};

bool any_in_bins(std::span<const Effect> effects) {
  return std::any_of(effects.begin(), effects.end(), [](const Effect& effect) { return effect.in_bins; });
}

/// What is known of a value of an axis, in the order of CSV; the last of `bins`, where there are any.
std::vector<NamedNumber> numbers_of(const Effect& effect, const EffectOfValue& row, bool bins) {
  const double paired = effect.in_bins ? std::nan("") : 1, binned = effect.in_bins ? 1 : std::nan("");
  std::vector<NamedNumber> all{{"settings", paired * static_cast<double>(effect.settings)},
                               {"seeds", paired * static_cast<double>(effect.seeds)},
                               {"left_out", static_cast<double>(effect.left_out)},
                               {"stopped", static_cast<double>(effect.stopped)},
                               {"not_applicable", static_cast<double>(effect.not_applicable)}};
  const auto add = [&](std::string_view name, std::string_view interval_name, const Estimate& estimate) {
    all.push_back({name, estimate.mean});
    all.push_back({interval_name, estimate.half_width});
  };
  add("train_accuracy", "train_accuracy_ci", row.train_accuracy);
  add("test_accuracy", "test_accuracy_ci", row.test_accuracy);
  add("gap", "gap_ci", row.gap);
  add("train_change", "train_change_ci", row.train_change);
  add("test_change", "test_change_ci", row.test_change);
  add("gap_change", "gap_change_ci", row.gap_change);
  if (bins) {
    all.push_back({"samples", binned * static_cast<double>(row.samples)});
    all.push_back({"least", binned * row.least});
    all.push_back({"most", binned * row.most});
  }
  return all;
}

/// What is known of a term, in the order of CSV.
std::vector<NamedNumber> numbers_of(const Importance& importance, const ImportanceOfTerm& term) {
  return {{"configurations", static_cast<double>(importance.configurations)},
          {"left_out", static_cast<double>(importance.left_out)},
          {"stopped", static_cast<double>(importance.stopped)},
          {"seeds", static_cast<double>(importance.seeds)},
          {"samples", static_cast<double>(importance.samples)},
          {"accuracy_share", term.accuracy.share},
          {"accuracy_share_ci", term.accuracy.half_width},
          {"accuracy_p", term.accuracy.p},
          {"gap_share", term.gap.share},
          {"gap_share_ci", term.gap.half_width},
          {"gap_p", term.gap.p}};
}

Json json_of(const Comparison& comparison) {
  const Trust& trust = comparison.trust;
  const Settlement& settlement = trust.settlement;
  Json json;
  json["compared"] = trust.compared;
  json["left_out"] = trust.left_out;
  json["like_the_best"] = std::isnan(trust.test_accuracy) ? Json() : Json(comparison.like_the_best().size());
  json["test_accuracy_without_luck"] = json_number(trust.test_accuracy);
  json["more_seeds"] = settlement.configurations > 0 ? Json(settlement.seeds) : Json();
  json["of_configurations"] = settlement.configurations > 0 ? Json(settlement.configurations) : Json();
  json["seconds"] = json_number(settlement.seconds);
  json["command"] = settlement.command.empty() ? Json() : Json(settlement.command);
  return json;
}

/// A number with all its digits, or a word.
Json json_value(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(number)
             ? json_number(number)
             : Json(text);
}

}  // namespace

std::string to_csv(const Comparison& comparison) {
  const std::vector<Column> columns = all_columns();
  std::string csv = fmt::format("file,{},dataset,train_size,validation_size,test_size\r\n",
                                fmt::join(comparison_columns(), ","));
  for (const ConfigurationSummary& configuration : comparison.shown()) {
    const ComparedFile& file = comparison.files[configuration.file];
    csv += csv_field(file.name);
    for (const Column& column : columns) csv.append(",").append(exact_text(column, configuration));
    csv += fmt::format(",{},{},{},{}\r\n", csv_field(file.dataset), file.train_size, file.validation_size,
                       file.test_size);
  }
  return csv;
}

std::string to_json(const Comparison& comparison) {
  Json json;
  json["chosen_by"] = comparison.chosen_by();
  json["kept"] = comparison.kept;
  json["differences"] = comparison.differences();
  json["fingerprints"] = Json::array();
  for (const ComparedFile& file : comparison.files)
    json["fingerprints"].push_back(
        {{"file", file.name}, {"fingerprint", file.fingerprint.empty() ? Json() : Json(file.fingerprint)}});
  json["trust"] = json_of(comparison);
  json["configurations"] = Json::array();
  const auto best = comparison.best();
  const bool trusted = best && comparison.configurations[*best].compared;
  const std::vector<Column> columns = all_columns();
  for (const ConfigurationSummary& configuration : comparison.shown()) {
    const ComparedFile& file = comparison.files[configuration.file];
    Json object;
    object["file"] = file.name;
    for (const Column& column : columns)
      object[std::string(column.name)] =
          column.has_words() ? Json(column.word(configuration)) : json_number(column.value(configuration));
    object["told_from_best"] =
        configuration.compared && trusted ? Json(configuration.told_from_best) : Json();
    object["too_close"] = configuration.compared && trusted ? Json(configuration.too_close) : Json();
    object["dataset"] = file.dataset;
    object["train_size"] = file.train_size;
    object["validation_size"] = file.validation_size;
    object["test_size"] = file.test_size;
    json["configurations"].push_back(std::move(object));
  }
  return json.dump(2) + "\n";
}

std::string to_csv(std::span<const Effect> effects) {
  std::string csv;
  for (const Effect& effect : effects) {
    for (const EffectOfValue& row : effect.values) {
      const std::vector<NamedNumber> numbers = numbers_of(effect, row, any_in_bins(effects));
      if (csv.empty()) {
        csv.append("file,").append(effect.axis);
        for (const NamedNumber& number : numbers) csv.append(",").append(number.name);
        csv += "\r\n";
      }
      csv.append(csv_field(effect.name)).append(",").append(row.value);
      for (const NamedNumber& number : numbers) csv.append(",").append(exact_text(number.value));
      csv += "\r\n";
    }
  }
  return csv;
}

std::string to_json(std::span<const Effect> effects) {
  Json json;
  json["by"] = effects.empty() ? Json() : Json(effects.front().axis);
  json["values"] = Json::array();
  for (const Effect& effect : effects) {
    for (const EffectOfValue& row : effect.values) {
      Json object;
      object["file"] = effect.name;
      object["value"] = json_value(row.value);
      for (const NamedNumber& number : numbers_of(effect, row, any_in_bins(effects)))
        object[std::string(number.name)] = json_number(number.value);
      json["values"].push_back(std::move(object));
    }
  }
  return json.dump(2) + "\n";
}

std::string to_csv(std::span<const Importance> importances) {
  std::string csv;
  for (const Importance& importance : importances) {
    for (const ImportanceOfTerm& term : importance.terms) {
      const std::vector<NamedNumber> numbers = numbers_of(importance, term);
      if (csv.empty()) {
        csv = "file,method,parameters";
        for (const NamedNumber& number : numbers) csv.append(",").append(number.name);
        csv += "\r\n";
      }
      csv += fmt::format("{},{},{}", csv_field(importance.name), to_string(importance.method),
                         fmt::join(term.axes, " x "));
      for (const NamedNumber& number : numbers) csv.append(",").append(exact_text(number.value));
      csv += "\r\n";
    }
  }
  return csv;
}

std::string to_json(std::span<const Importance> importances) {
  Json json;
  json["terms"] = Json::array();
  for (const Importance& importance : importances) {
    for (const ImportanceOfTerm& term : importance.terms) {
      Json object;
      object["file"] = importance.name;
      object["method"] = to_string(importance.method);
      object["parameters"] = term.axes;
      for (const NamedNumber& number : numbers_of(importance, term))
        object[std::string(number.name)] = json_number(number.value);
      json["terms"].push_back(std::move(object));
    }
  }
  return json.dump(2) + "\n";
}

}  // namespace runner
