#include "effective_config.hpp"

#include "runner/error/error.hpp"

#include "axis_values.hpp"
#include "early_stopping_config.hpp"
#include "json_text.hpp"

#include <algorithm>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>

namespace runner {
namespace {

template <class Value>
Json list_of(const std::vector<Value>& values) {
  Json list = Json::array();
  for (const Value value : values) {
    if constexpr (std::is_enum_v<Value>)
      list.push_back(to_string(value));
    else
      list.push_back(value);
  }
  return list;
}

/// Whether an axis stands in the effective config: not where it means nothing to the runs, or to some of them
/// has its default.
template <class Value, class Rule>
bool is_written(const Axis<Value, Rule>& axis, const Grid& grid) {
  bool to_all = true, to_some = axis.scope.other.empty();
  for_each_run_of_scope(axis, grid, [&](const RunSpec& run) {
    const bool applies = axis.applies_to(run);
    to_some = to_some || applies;
    to_all = to_all && applies;
  });
  return to_some && (to_all || grid.*axis.values != Grid{}.*axis.values);
}

Json distribution_text(const Draw& draw, const Json& choices) {
  const std::string name(to_string(draw.kind));
  switch (draw.kind) {
    case Draw::Kind::choice:
      return {{name, choices}};
    case Draw::Kind::int_uniform:
      return {{name, {draw.least, draw.most}}};
    case Draw::Kind::uniform:
    case Draw::Kind::log_uniform:
      break;
  }
  return {{name, {draw.from, draw.to}}};
}

Json json_of(const DatasetSource& dataset) {
  Json files;
  if (!dataset.directory.empty()) files["dir"] = dataset.directory.string();
  if (!dataset.npz.empty()) files["npz"] = dataset.npz.string();
  for (std::size_t part = 0; part < dataset.arrays.size(); ++part)
    if (!dataset.arrays[part].empty())
      files[std::string(dataset_array_names[part])] = dataset.arrays[part].string();
  if (!dataset.csv[0].empty()) {
    files["csv_train"] = dataset.csv[0].string();
    files["csv_test"] = dataset.csv[1].string();
    files["label"] = dataset.label;
  }
  if (files.is_null()) return dataset.name;
  if (dataset.standardise) files["standardise"] = true;
  return files;
}

/// Calls put(key, value) for each key of a space, in a fixed order.
template <class Put>
void put_space(const Space& space, const Put& put) {
  for_each_axis([&](const auto& axis) {
    const auto draw = std::find_if(space.drawn.begin(), space.drawn.end(),
                                   [&](const Draw& drawn) { return drawn.axis == axis.name; });
    if (draw != space.drawn.end())
      put(axis.name, distribution_text(*draw, list_of(space.grid.*axis.values)));
    else if (is_written(axis, space.grid))
      put(axis.name, list_of(space.grid.*axis.values));
  });
  if (!space.zip.empty()) put("zip", Json(space.zip));
  if (!space.drawn.empty()) {
    put("samples", Json(space.samples));
    put("search", Json(space.search == SearchMethod::sobol ? "sobol" : "random"));
    put("search_seed", Json(space.search_seed));
  }
  if (!space.where.empty()) put("where", Json(space.where));
}

/// `stored`, `now`: null where the key is not set.
bool is_compared(const std::string& key, const Json& stored, const Json& now) {
  if (key == "name" || key == "description") return false;
  // Not set means all there are, which the other may have given as a number.
  if (key == "train_size" || key == "test_size") return !stored.is_null() && !now.is_null();
  // Whether a folder holds the same data is told by the checksums of its files, not by its path.
  return key != "dataset" || (stored.is_string() && now.is_string());
}

}  // namespace

std::string effective_config(const Config& config) {
  std::string text = "{";
  const auto put = [&](std::string_view key, const Json& value) {
    text += text.ends_with('{') ? "" : ",";
    // A folder's path may be any bytes; all other texts have been checked.
    text += fmt::format("\"{}\":{}", key, value.dump(-1, ' ', false, Json::error_handler_t::replace));
  };
  put("name", config.name);
  put("description", config.description);
  put("dataset", json_of(config.dataset));
  if (config.dataset.train_size) put("train_size", *config.dataset.train_size);
  if (config.dataset.validation_size > 0) put("validation_size", config.dataset.validation_size);
  if (config.dataset.test_size) put("test_size", *config.dataset.test_size);
  put("epochs", config.epochs);
  // Configs of before there was the key keep their text.
  if (config.evaluate_every != 1) put("evaluate_every", config.evaluate_every);
  put("save_weights", config.save_weights);
  if (config.save_predictions) put("save_predictions", *config.save_predictions);
  if (config.early_stopping) put("early_stopping", json_of(*config.early_stopping));
  if (config.spaces.size() == 1) {
    put_space(config.spaces.front(), put);
  } else {
    text += ",\"grids\":[";
    for (const Space& space : config.spaces) {
      text += text.ends_with('[') ? "{" : ",{";
      put_space(space, put);
      text += '}';
    }
    text += ']';
  }
  return text + '}';
}

std::string stored_description(const std::string& text) {
  try {
    const Json config = parse_json(text, "the config of a results file");
    return config.is_object() ? config.value("description", "") : "";
  } catch (const Error&) {
    return "";
  } catch (const Json::type_error&) {
    return "";
  }
}

std::vector<std::string> config_differences(const std::string& one, const std::string& other) {
  const auto with_all_axes = [](const std::string& text) {
    Json config = parse_json(text, "the config of a results file");
    if (!config.is_object()) throw bad_input("the config of a results file is not a JSON object");
    // Several grids hold the axes themselves.
    for_each_axis([&](const auto& axis) {
      if (const std::string name(axis.name); !config.contains(name) && !config.contains("grids"))
        config[name] = list_of(Grid{}.*axis.values);
    });
    return config;
  };
  const Json before = with_all_axes(one), after = with_all_axes(other);
  const auto text = [](const Json& config, const std::string& key) {
    return config.contains(key) ? shown(config[key]) : "not set";
  };
  Json keys = before;
  keys.update(after);
  std::vector<std::string> differences;
  for (const auto& [key, unused] : keys.items()) {
    const Json a = before.value(key, Json());
    const Json b = after.value(key, Json());
    if (a != b && is_compared(key, a, b))
      differences.push_back(fmt::format("{}: {} and {}", key, text(before, key), text(after, key)));
  }
  return differences;
}

}  // namespace runner
