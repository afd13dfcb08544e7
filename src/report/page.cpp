#include "runner/report/page.hpp"

#include "runner/error/error.hpp"
#include "runner/error/printable.hpp"
#include "runner/report/comparison.hpp"
#include "runner/report/curves.hpp"
#include "runner/report/effect.hpp"
#include "runner/results/fingerprint.hpp"
#include "runner/sweep/config.hpp"

#include "colour_map.hpp"
#include "columns.hpp"
#include "evenly_spaced.hpp"
#include "finding.hpp"
#include "heat_map.hpp"
#include "json_number.hpp"
#include "page_classes.hpp"
#include "page_samples.hpp"
#include "page_template.hpp"
#include "page_trust.hpp"
#include "page_weights.hpp"
#include "samples.hpp"
#include "scale.hpp"
#include "seeds.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace runner {
namespace {

using Json = nlohmann::ordered_json;
using Summary = ConfigurationSummary;

/// Numbers that the curves of all configurations may take together: some 25 MB of page.
constexpr std::size_t most_curve_numbers = 1'500'000;

/// Numbers up to which the curves of single seeds are in the page, too: some 3 MB.
constexpr std::size_t most_seed_numbers = 300'000;

/// Six digits, for numbers that are drawn and not printed; null for no number. Those that the page prints
/// have all digits: it rounds them as the tables in the terminal do, and once.
Json rounded(double number) {
  if (!std::isfinite(number)) return nullptr;
  const std::string text = fmt::format("{:.6g}", number);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  if (value == std::floor(value) && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

Json index_or_null(const std::optional<std::size_t>& index) {
  return index ? Json(*index) : Json(nullptr);
}

/// The value of a configuration on an axis; null where the axis means nothing to it.
Json value_on(const Column& axis, const Summary& configuration) {
  if (!axis.has_value(configuration)) return nullptr;
  return axis.has_words() ? Json(axis.word(configuration)) : json_number(axis.value(configuration));
}

/// The axes that vary: their values in ascending order, and which of them each configuration has; null for
/// one that the axis means nothing to.
Json axes_of(const Comparison& comparison) {
  Json axes = Json::array();
  if (comparison.files.size() > 1) {
    Json axis{{"name", "file"}, {"words", true}, {"values", Json::array()}, {"at", Json::array()}};
    for (const ComparedFile& file : comparison.files) axis["values"].push_back(file.name);
    for (const ConfigurationSummary& c : comparison.configurations) axis["at"].push_back(c.file);
    axes.push_back(std::move(axis));
  }
  for (const Column& column : varying_axes(comparison)) {
    struct Place {
      std::string text;
      std::size_t at;  // among the values
    };
    std::map<double, Place> values;
    for (const ConfigurationSummary& c : comparison.configurations) {
      if (!column.has_value(c)) continue;
      if (const auto [value, is_new] = values.try_emplace(column.value(c)); is_new)
        value->second.text = exact_text(column, c);
    }
    Json axis;
    axis["name"] = column.name;
    axis["words"] = column.has_words();
    axis["values"] = Json::array();
    for (auto& [order, place] : values) {
      place.at = axis["values"].size();
      axis["values"].push_back(place.text);
    }
    axis["at"] = Json::array();
    for (const ConfigurationSummary& c : comparison.configurations)
      axis["at"].push_back(column.has_value(c) ? Json(values.at(column.value(c)).at) : Json(nullptr));
    axes.push_back(std::move(axis));
  }
  return axes;
}

/// The names that a filter may use, each with all its values where these are words; and of an axis that does
/// not vary its value. Where it means nothing to some configurations, page_columns has its values.
Json names_of_conditions(const Comparison& comparison) {
  Json names = Json::array();
  const auto add = [&](std::string_view name, const auto& words) -> Json& {
    names.push_back({{"name", name}});
    if (!words.empty()) names.back()["words"] = words;
    return names.back();
  };
  if (comparison.files.size() > 1) {
    std::vector<std::string> files;
    for (const ComparedFile& file : comparison.files) files.push_back(file.name);
    add("file", files);
  }
  for (const Column& axis : varying_axes(comparison)) add(axis.name, axis.words);
  for (const Column& axis : fixed_axes(comparison)) {
    Json& name = add(axis.name, axis.words);
    if (!comparison.configurations.empty() && !means_nothing_to_some(axis, comparison))
      name["value"] = value_on(axis, comparison.configurations.front());
  }
  for (const Column& column : measured_columns()) add(column.name, column.words);
  return names;
}

/// The colours of heat maps and of what is in an order, and black or white for text on each.
Json colours() {
  Json all = Json::array();
  for (std::size_t shade = 0; shade < shades; ++shade)
    all.push_back({to_string(colour_of(shade)), text_colour_on(colour_of(shade))});
  return all;
}

/// The heat maps of each two axes that have not too many values, row by row; `axes` are those of the page,
/// some of them in bins.
Json maps_of(const Comparison& comparison, const Json& axes, const Json& bins) {
  Json maps = Json::array();
  std::vector<MapSide> sides;
  for (const Json& axis : axes) {
    const std::string name = axis["name"];
    const Json& side = bins.contains(name) ? bins[name] : axis;
    sides.push_back({side["values"].size(), {}});
    for (const Json& at : side["at"])
      sides.back().at.push_back(at.is_null() ? sides.back().values : at.get<std::size_t>());
  }
  const auto map_json = [&](std::size_t rows, std::size_t columns, const Measure& measure) {
    Json means = Json::array(), of_cells = Json::array();
    for (const MapCell& cell : heat_map(comparison, sides[rows], sides[columns], measure).cells) {
      means.push_back(json_number(cell.mean));
      of_cells.push_back(cell.shade);
    }
    return Json{{"means", std::move(means)}, {"shades", std::move(of_cells)}};
  };
  for (std::size_t rows = 0; rows < sides.size(); ++rows)
    for (std::size_t columns = rows + 1; columns < sides.size(); ++columns) {
      if (std::max(sides[rows].values, sides[columns].values) > most_map_values) continue;
      maps.push_back({{"rows", axes[rows]["name"]},
                      {"columns", axes[columns]["name"]},
                      {"gap", map_json(rows, columns, gap_of)},
                      {"test_accuracy", map_json(rows, columns, test_accuracy_of)}});
    }
  return maps;
}

/// Adds the mean losses of a configuration, without those of the untrained network, as the figure does.
void add_losses(Range& losses, const LearningCurves& curves) {
  for (const MetricInfo& line : metrics_of(Quantity::loss)) {
    const Curve& curve = curves[line.metric];
    for (std::size_t e = curve.size() > 2 ? 1 : 0; e < curve.size(); ++e) losses.add(curve[e].mean);
  }
}

/// What was measured, by the names of CSV: a number for each configuration; and axes that do not vary but
/// mean nothing to some of them.
Json page_columns(const Comparison& comparison) {
  Json columns;
  for (const Column& axis : fixed_axes(comparison)) {
    if (!means_nothing_to_some(axis, comparison)) continue;
    Json& values = columns[axis.name] = Json::array();
    for (const ConfigurationSummary& c : comparison.configurations) values.push_back(value_on(axis, c));
  }
  for (const Column& column : measured_columns()) {
    Json& values = columns[std::string(column.name)];
    values = Json::array();
    for (const ConfigurationSummary& c : comparison.configurations)
      values.push_back(column.has_words() ? Json(column.word(c)) : json_number(column.value(c)));
  }
  return columns;
}

/// The numbers of which there are two, and so no interval: [least, most] by the names of CSV, else null.
Json ranges_of(const Comparison& comparison) {
  Json ranges;
  const auto add = [&](std::string_view name, const auto& estimate) {
    Json& values = ranges[name];
    values = Json::array();
    for (const ConfigurationSummary& c : comparison.configurations) {
      const Estimate& e = estimate(c);
      values.push_back(e.is_range() ? Json{json_number(e.least), json_number(e.most)} : Json(nullptr));
    }
  };
  for (const MetricInfo& line : metric_table)
    add(line.name, [&](const Summary& c) -> const Estimate& { return c.last[line.metric]; });
  add("gap", [](const Summary& c) -> const Estimate& { return c.gap; });
  add("best_accuracy", [](const Summary& c) -> const Estimate& { return c.best_accuracy; });
  add("best_test_accuracy", [](const Summary& c) -> const Estimate& { return c.best_test_accuracy; });
  add("stopping_gain", [](const Summary& c) -> const Estimate& { return c.stopping_gain; });
  return ranges;
}

using Places = std::vector<std::size_t>;

/// Epochs that curves are to be drawn at, recorded or not: all, or evenly spaced ones, the first and the last
/// of each file among them.
std::vector<std::size_t> epochs_to_draw(const Comparison& comparison) {
  const auto last = static_cast<std::size_t>(comparison.epochs);
  const bool intervals = std::any_of(comparison.configurations.begin(), comparison.configurations.end(),
                                     [](const ConfigurationSummary& c) { return c.measured > 1; });
  const std::size_t numbers =
      comparison.configurations.size() * (comparison.validated ? 6 : 4) * (intervals ? 2 : 1);
  const std::size_t most = std::max<std::size_t>(most_curve_numbers / std::max<std::size_t>(numbers, 1), 2);
  std::vector<std::size_t> epochs = evenly_spaced(0, last, most);
  for (const ComparedFile& file : comparison.files) epochs.push_back(static_cast<std::size_t>(file.epochs));
  std::sort(epochs.begin(), epochs.end());
  epochs.erase(std::unique(epochs.begin(), epochs.end()), epochs.end());
  return epochs;
}

/// The places of those that a file has; in place of one that is not recorded, the recorded one before it.
Places places_of(const ResultsData& results, const std::vector<std::size_t>& epochs) {
  Places its;
  for (const std::size_t epoch : epochs) {
    if (epoch > static_cast<std::size_t>(results.epochs())) break;
    const std::size_t place = results.recorded.count_to(static_cast<int>(epoch)) - 1;
    if (its.empty() || its.back() < place) its.push_back(place);
  }
  return its;
}

std::vector<int> epochs_at(const ResultsData& results, const Places& places) {
  std::vector<int> epochs;
  for (const std::size_t place : places) epochs.push_back(results.recorded[place]);
  return epochs;
}

/// Those at some places of each file, ascending.
std::vector<int> epochs_at(std::span<const ResultsData> files, const std::vector<Places>& places) {
  std::set<int> all;
  for (std::size_t f = 0; f < files.size(); ++f)
    for (const int epoch : epochs_at(files[f], places[f])) all.insert(epoch);
  return {all.begin(), all.end()};
}

/// How many epochs are recorded, in one file or another.
std::size_t recorded_epochs_of(std::span<const ResultsData> files) {
  RecordedEpochs all;
  for (const ResultsData& results : files) all = all.united_with(results.recorded);
  return all.size();
}

/// {"mean": […], "half": […]}; half only where it is known of some epoch.
Json curve_json(const Curve& curve) {
  Json json;
  json["mean"] = Json::array();
  for (const Estimate& e : curve) json["mean"].push_back(json_number(e.mean));
  if (std::any_of(curve.begin(), curve.end(), [](const Estimate& e) { return !std::isnan(e.half_width); })) {
    json["half"] = Json::array();
    for (const Estimate& e : curve) json["half"].push_back(rounded(e.half_width));
  }
  return json;
}

Json curves_json(const LearningCurves& curves) {
  if (curves[Metric::train_accuracy].empty()) return nullptr;
  Json json;
  for (const MetricInfo& line : metric_table)
    if (const Curve& curve = curves[line.metric]; !curve.empty()) json[line.name] = curve_json(curve);
  return json;
}

/// How many numbers the curves of all single seeds are.
std::size_t seed_numbers(std::span<const ResultsData> files, const std::vector<Places>& places) {
  std::size_t numbers = 0;
  for (std::size_t f = 0; f < files.size(); ++f)
    for (const Runs& runs : configurations_of(files[f]))
      for (const StoredRun* run : measured_runs(runs, files[f].recorded).runs)
        for (const MetricInfo& line : metric_table)
          if (!run->curves[line.metric].empty()) numbers += places[f].size();
  return numbers;
}

/// The curves of single seeds, for each configuration a list; only numbers that are drawn.
Json seed_curves(std::span<const ResultsData> files, const std::vector<Places>& places) {
  Json all = Json::array();
  for (std::size_t f = 0; f < files.size(); ++f) {
    for (const Runs& runs : configurations_of(files[f])) {
      Json seeds = Json::array();
      for (const StoredRun* run : measured_runs(runs, files[f].recorded).runs) {
        Json seed{{"seed", run->run.spec.seed}};
        for (const MetricInfo& line : metric_table) {
          const std::vector<float>& curve = run->curves[line.metric];
          if (curve.empty()) continue;
          seed[line.name] = Json::array();
          for (const std::size_t place : places[f]) seed[line.name].push_back(rounded(curve[place]));
        }
        seeds.push_back(std::move(seed));
      }
      all.push_back(std::move(seeds));
    }
  }
  return all;
}

/// Of each axis that varies in a file, over the runs that have all their partners; in bins where the values
/// were drawn.
Json effects_of(const ResultsData& results, const std::string& file) {
  Json effects = Json::array();
  const Comparison comparison = compare(results);
  for (const Column& column : varying_axes(comparison)) {
    const bool in_bins = is_sampled(comparison.configurations, column);
    const Effect effect = in_bins ? effect_in_bins(results, column.name) : effect_of(results, column.name);
    Json json;
    json["logarithmic"] =
        !column.has_words() && is_geometric(different_values(comparison.configurations, column));
    if (!file.empty()) json["file"] = file;
    json["axis"] = effect.axis;
    json["settings"] = effect.settings;
    json["seeds"] = effect.seeds;
    json["left_out"] = effect.left_out;
    json["stopped"] = effect.stopped;
    json["not_applicable"] = effect.not_applicable;
    if (in_bins) json["samples"] = effect.samples;
    json["values"] = Json::array();
    for (const EffectOfValue& row : effect.values) {
      Json value;
      value["value"] = row.value;
      const auto add = [&](const char* name, const Estimate& e) {
        value[name] = {json_number(e.mean), json_number(e.half_width)};
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

/// "1000 images to train on, 100 images to validate, 500 images to test"
std::string images_text(const Origin& origin) {
  return fmt::format("{} to train on{}, {} to test", images(origin.data.train_size),
                     origin.data.validation_size > 0
                         ? fmt::format(", {} to validate", images(origin.data.validation_size))
                         : std::string(),
                     images(origin.data.test_size));
}

/// Pairs of what and which.
void add_provenance(Json& pairs, const ResultsData& results) {
  const Origin& origin = results.origin;
  const auto add = [&](const std::string& what, const std::string& which) {
    pairs.push_back({printable(what), printable(which)});
  };
  add("Results file", results.file.string());
  if (const std::string fingerprint = shown_fingerprint(results); !fingerprint.empty())
    add("Fingerprint", fingerprint);
  add("Config file", origin.config_file.string());
  add("Data set",
      fmt::format("{} in {}: {}", origin.data.name, origin.data.directory.string(), images_text(origin)));
  for (const DatasetFile& file : origin.data.files)
    add(fmt::format("SHA-256 of {}", file.path.filename().string()), file.sha256);
  add("Program",
      fmt::format("runner {}, arithmetic version {}", origin.runner_version, origin.arithmetic_version));
  add("Kernel", origin.kernel);
  add("Processor", origin.processor);
}

std::string description_on_page(const ResultsData& results) {
  return printable_lines(stored_description(results.effective_config));
}

/// {"head": line, "rows": a line for each configuration}: what compare --csv prints, for the page to save.
Json csv_of(const Comparison& comparison) {
  Json csv{{"head", ""}, {"rows", Json::array()}};
  const std::string text = to_csv(comparison);
  bool quoted = false, head = true;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (text[at] != '\n' || quoted) continue;
    std::string line = text.substr(begin, at + 1 - begin);
    if (head)
      csv["head"] = std::move(line);
    else
      csv["rows"].push_back(std::move(line));
    head = false;
    begin = at + 1;
  }
  return csv;
}

/// In a script element: nothing in it may look like an end of it.
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

std::string to_page(const ResultsData& results, std::size_t kept) {
  return to_page(std::span(&results, 1), kept);
}

std::string to_page(std::span<const ResultsData> files, std::size_t kept,
                    std::span<const TestImages> images) {
  const Comparison comparison = compare(files);
  const bool several = files.size() > 1;
  std::vector<Places> places;  // of each file, where its curves are drawn
  for (const ResultsData& results : files) places.push_back(places_of(results, epochs_to_draw(comparison)));
  const std::vector<int> epochs = epochs_at(files, places);
  std::size_t runs = 0, ended = 0;
  for (const ConfigurationSummary& c : comparison.configurations) {
    runs += c.seeds;
    ended += c.done + c.diverged + c.stopped;
  }

  Json page;
  std::vector<std::string> names;
  for (const ComparedFile& file : comparison.files) names.push_back(file.name);
  page["name"] = fmt::format("{}", fmt::join(names, " and "));
  page["description"] = several ? std::string() : description_on_page(files.front());
  page["datasets"] = Json::array();
  for (std::size_t f = 0; f < files.size(); ++f)
    page["datasets"].push_back(fmt::format("{}{}, {}", several ? names[f] + ": " : std::string(),
                                           comparison.files[f].dataset, images_text(files[f].origin)));
  page["differences"] = comparison.differences();
  page["kept"] = kept;
  page["stopped"] = stopped_note(comparison);
  page["finding"] = finding(comparison);
  page["trust"] = trust_on_page(comparison);
  page["chosen_by"] = comparison.chosen_by();
  page["validated"] = comparison.validated;
  page["epochs"] = comparison.epochs;
  page["runs"] = runs;
  page["ended"] = ended;
  page["fixed"] = fmt::format("{}", fmt::join(fixed_settings(comparison), ", "));
  const auto best = comparison.best(), widest = comparison.widest_gap();
  page["best"] = index_or_null(best);
  page["widest"] = index_or_null(widest);
  page["configurations"] = comparison.configurations.size();
  page["axes"] = axes_of(comparison);
  page["names"] = names_of_conditions(comparison);
  page["logarithmic_axes"] = logarithmic_axes(comparison);
  page["bins"] = bins_on_page(comparison);
  page["maps"] = maps_of(comparison, page["axes"], page["bins"]);
  page["most_map_values"] = most_map_values;
  page["colours"] = colours();
  page["columns"] = page_columns(comparison);
  page["ranges"] = ranges_of(comparison);
  page["runs_done"] = runs_on_page(files);
  page["importance"] = importance_on_page(files);
  page["effects"] = Json::array();
  page["curve_epochs"] = epochs;
  page["recorded_epochs"] = recorded_epochs_of(files);
  page["curves"] = Json::array();
  page["provenance"] = Json::array();
  Range losses_at_first;  // of the curves that are drawn before the reader has chosen any
  std::string config;
  for (std::size_t f = 0; f < files.size(); ++f) {
    for (Json& effect : effects_of(files[f], several ? names[f] : std::string()))
      page["effects"].push_back(std::move(effect));
    const std::vector<int> own = epochs_at(files[f], places[f]);
    const bool as_the_others = std::equal(own.begin(), own.end(), epochs.begin());
    for (const LearningCurves& curves : learning_curves(files[f], places[f])) {
      const std::size_t configuration = page["curves"].size();
      if (configuration == best || configuration == widest) add_losses(losses_at_first, curves);
      page["curves"].push_back(curves_json(curves));
      if (Json& json = page["curves"].back(); !as_the_others && !json.is_null()) json["epochs"] = own;
    }
    add_provenance(page["provenance"], files[f]);
    if (f > 0) config += '\n';
    config += printable_lines(files[f].origin.config_text);
  }
  page["logarithmic_loss"] = spans_orders(losses_at_first);
  page["config"] = config;
  page["seed_numbers"] = seed_numbers(files, places);
  page["most_seed_numbers"] = most_seed_numbers;
  page["seed_curves"] =
      page["seed_numbers"] <= most_seed_numbers ? seed_curves(files, places) : Json(nullptr);

  page["weights"] = weights_on_page(files, comparison);
  std::vector<Predictions> predictions;
  for (const ResultsData& results : files) predictions.push_back(stored_predictions(results));
  page["classes"] = classes_on_page(files, comparison, predictions, images);

  page["csv"] = csv_of(comparison);

  const std::string_view whole = page_template();
  constexpr std::string_view mark = "@PAGE_DATA@";
  const std::size_t at = whole.find(mark);
  return std::string(whole.substr(0, at)).append(for_script(page)).append(whole.substr(at + mark.size()));
}

}  // namespace runner
