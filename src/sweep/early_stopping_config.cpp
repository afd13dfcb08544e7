#include "early_stopping_config.hpp"

#include "runner/error/nearest_key.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

constexpr std::string_view both_forms =
    R"({"patience": 5} or {"successive_halving": {"eta": 3, "min_epochs": 1}})";

/// The keys of an object, each once asked for.
class Members {
 public:
  /// Throws for a value that is no object, or has another key.
  Members(const Setting& setting, std::span<const std::string_view> keys) : setting_(setting) {
    if (!setting.value.is_object())
      throw bad_value(setting, setting.value, "is not a rule", std::string(both_forms));
    for (const auto& [key, unused] : setting.value.items())
      if (std::find(keys.begin(), keys.end(), key) == keys.end())
        throw bad_input(fmt::format("{}: {}: unknown key {}: {}", setting.where, setting.key, shown(key),
                                    suggest_key(key, keys)));
  }

  bool has(const char* key) const { return setting_.value.contains(key); }

  /// The value of a key that is there.
  Setting operator[](const char* key) const {
    const Json::json_pointer place =
        setting_.place.empty() ? Json::json_pointer() / setting_.key : setting_.place;
    return {setting_.where, fmt::format("{}: {}", setting_.key, key), setting_.value.at(key), place / key};
  }

  int integer(const char* key, int least, int most, int otherwise) const {
    if (!has(key)) return otherwise;
    const Setting value = (*this)[key];
    return static_cast<int>(integer_value(value, value.value, least, most));
  }

 private:
  const Setting& setting_;
};

Metric metric_of(const Members& members, const Config& config) {
  const bool validated = config.dataset.validation_size > 0;
  if (!members.has("metric")) return validated ? Metric::validation_loss : Metric::test_loss;
  const Setting setting = members["metric"];
  std::vector<std::string> names;
  for (const MetricInfo& line : metric_table) {
    if (setting.value == line.name) {
      if (line.set == ImageSet::validation && !validated)
        throw bad_value(setting, setting.value, "is not recorded without validation_size",
                        "give validation_size, or a metric of the test or the training set");
      if (line.metric == Metric::clean_train_accuracy)
        throw bad_value(setting, setting.value, "is recorded only for runs with label_noise",
                        "choose a metric that every run has");
      return line.metric;
    }
    if (line.metric != Metric::clean_train_accuracy) names.push_back(shown(line.name));
  }
  throw bad_value(setting, setting.value, "is not known", fmt::format("{}", fmt::join(names, " or ")));
}

Patience patience_of(const Members& members, const Config& config) {
  Patience rule{members.integer("patience", 1, max_epochs, 1), metric_of(members, config), 0};
  if (members.has("min_delta")) {
    const Setting setting = members["min_delta"];
    rule.min_delta = axis_value(setting, setting.value, not_negative);
  }
  return rule;
}

SuccessiveHalving halving_of(const Setting& setting, const Config& config) {
  static constexpr std::array<std::string_view, 3> keys{"eta", "min_epochs", "metric"};
  const Members members(setting, keys);
  const SuccessiveHalving rule{members.integer("eta", 2, max_epochs, SuccessiveHalving{}.eta),
                               members.integer("min_epochs", 1, max_epochs, SuccessiveHalving{}.min_epochs),
                               metric_of(members, config)};
  const std::vector<int> rungs = rungs_of(rule, config.epochs);
  if (rungs.empty())
    throw bad_input(fmt::format("{}: {}: min_epochs: {} is out of range: below the {} epochs of the sweep",
                                setting.where, setting.key, rule.min_epochs, config.epochs));
  const RecordedEpochs recorded = config.recorded_epochs();
  for (const int rung : rungs)
    if (!recorded.contains(rung))
      throw bad_input(fmt::format(
          "{}: {}: rung {} (min_epochs {}, eta {}) is not recorded, because evaluate_every is {}: "
          "make min_epochs a multiple of evaluate_every",
          setting.where, setting.key, rung, rule.min_epochs, rule.eta, config.evaluate_every));
  return rule;
}

}  // namespace

EarlyStopping early_stopping_value(const Setting& setting, const Config& config) {
  static constexpr std::array<std::string_view, 4> keys{"patience", "metric", "min_delta",
                                                        "successive_halving"};
  const Members members(setting, keys);
  if (!members.has("successive_halving")) {
    if (!members.has("patience"))
      throw bad_value(setting, setting.value, "names no rule", std::string(both_forms));
    return patience_of(members, config);
  }
  if (setting.value.size() > 1)
    throw bad_value(setting, setting.value, "has keys beside successive_halving",
                    "there may be one rule only; the metric of successive_halving belongs into its object");
  return halving_of(members["successive_halving"], config);
}

Json json_of(const EarlyStopping& rule) {
  const auto name = [](Metric metric) { return std::string(info(metric).name); };
  if (const auto* patience = std::get_if<Patience>(&rule))
    return {{"patience", patience->patience},
            {"metric", name(patience->metric)},
            {"min_delta", patience->min_delta}};
  const auto& halving = std::get<SuccessiveHalving>(rule);
  Json value;
  value["successive_halving"] = {
      {"eta", halving.eta}, {"min_epochs", halving.min_epochs}, {"metric", name(halving.metric)}};
  return value;
}

}  // namespace runner
