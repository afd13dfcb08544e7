#include "space_settings.hpp"

#include "runner/error/error.hpp"
#include "runner/error/nearest_key.hpp"
#include "runner/sweep/config.hpp"

#include "known_keys.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

/// A sweep with every word of every axis of words.
Grid every_word() {
  Grid grid;
  for_each_axis([&]<class Value, class Rule>(const Axis<Value, Rule>& axis) {
    if constexpr (Named<Value>) {
      std::vector<Value>& values = grid.*axis.values;
      values.clear();
      for (std::size_t i = 0; i < enumerator_names<Value>.size(); ++i)
        values.push_back(static_cast<Value>(i));
    }
  });
  return grid;
}

/// That an axis that is given means something to every run of the space.
void check_scopes(const Settings& settings, const Grid& grid) {
  for_each_axis([&](const auto& axis) {
    const auto given = settings.find(std::string(axis.name));
    if (given == settings.end() || axis.scope.other.empty()) return;
    const AxisInfo& other = *find_axis(axis.scope.other);
    std::vector<std::string> words;
    for_each_run_of_scope(axis, every_word(), [&](const RunSpec& run) {
      if (axis.applies_to(run)) words.push_back(shown(other.text(run)));
    });
    for_each_run_of_scope(axis, grid, [&](const RunSpec& run) {
      if (!axis.applies_to(run))
        throw bad_value(
            given->second, given->second.value,
            fmt::format("is given for {} {}, which has no {}", other.name, shown(other.text(run)), axis.name),
            fmt::format("it goes with {} {}", other.name, fmt::join(words, " or ")));
    });
  });
}

/// How long the schedule is where a config does not say: for a cosine, all epochs.
void set_schedule_epochs(const Settings& settings, Grid& grid, const std::string& file, int epochs) {
  if (settings.contains("schedule_epochs")) return;
  for (const LearningRateSchedule schedule : grid.learning_rate_schedule) {
    if (schedule == LearningRateSchedule::step)
      throw bad_input(fmt::format(
          "{}: learning_rate_schedule: \"step\" needs schedule_epochs, after how many epochs the learning "
          "rate is multiplied by schedule_factor, such as 10",
          file));
    if (schedule == LearningRateSchedule::cosine) grid.schedule_epochs = {epochs};
  }
}

std::size_t length_of(const Grid& grid, std::string_view name) {
  std::size_t length = 0;
  for_each_axis([&](const auto& axis) {
    if (axis.name == name) length = (grid.*axis.values).size();
  });
  return length;
}

/// The axis that a zip names.
std::string_view zipped_axis(const Setting& setting, const Json& name, const Space& space) {
  const AxisInfo* const axis = name.is_string() ? find_axis(name.get<std::string>()) : nullptr;
  if (axis == nullptr)
    throw bad_value(setting, name, "is not a key with a list",
                    suggest_key(name.is_string() ? name.get<std::string>() : "", axis_names()));
  for (const std::vector<std::string_view>& group : space.zip)
    if (std::find(group.begin(), group.end(), axis->name) != group.end())
      throw bad_value(setting, name, "is named twice", "a key may be in one group only");
  if (std::any_of(space.drawn.begin(), space.drawn.end(),
                  [&](const Draw& draw) { return draw.axis == axis->name; }))
    throw bad_value(setting, name, "is drawn", "zip takes keys with lists");
  return axis->name;
}

void read_zip(const Setting& setting, Space& space) {
  constexpr std::string_view rule = R"(write groups of keys, such as [["learning_rate", "batch_size"]])";
  const auto is_group = [](const Json& group) { return group.is_array() && group.size() >= 2; };
  if (!setting.value.is_array() || setting.value.empty() ||
      !std::all_of(setting.value.begin(), setting.value.end(), is_group))
    throw bad_value(setting, setting.value, "is not a list of groups", rule);
  for (const Json& names : setting.value) {
    space.zip.emplace_back();
    for (const Json& name : names) {
      const std::string_view axis = zipped_axis(setting, name, space);
      space.zip.back().push_back(axis);
      const std::string_view first = space.zip.back().front();
      const std::size_t length = length_of(space.grid, axis), expected = length_of(space.grid, first);
      if (length != expected)
        throw bad_value(setting, names,
                        fmt::format("has {} of {} and {} of {}", expected, first, length, axis),
                        "lists that are walked together must have the same length");
    }
  }
}

void read_samples(const Settings& settings, Space& space) {
  const auto given = [&](const char* key) {
    const auto at = settings.find(key);
    return at == settings.end() ? nullptr : &at->second;
  };
  const Setting* const samples = given("samples");
  if (space.drawn.empty()) {
    for (const Setting* setting : {samples, given("search"), given("search_seed")})
      if (setting != nullptr)
        throw bad_value(
            *setting, setting->value, "is given, but nothing is drawn",
            R"(a key is drawn by a distribution, such as "learning_rate": {"log_uniform": [0.01, 1]})");
    return;
  }
  if (samples == nullptr) {
    const Setting& drawn = settings.at(std::string(space.drawn.front().axis));
    throw bad_value(drawn, drawn.value, "is drawn, but samples is missing",
                    "say how often it is drawn, such as \"samples\": 20");
  }
  space.samples = static_cast<std::size_t>(
      integer_value(*samples, samples->value, 1, static_cast<std::int64_t>(max_runs)));
  constexpr std::array<std::string_view, 2> words{"random", "sobol"};
  if (const Setting* search = given("search"))
    space.search = static_cast<SearchMethod>(word_value(*search, search->value, words));
  if (const Setting* seed = given("search_seed"))
    space.search_seed = integer_value(*seed, seed->value, 0, std::numeric_limits<std::int64_t>::max());
}

/// The condition, which can be read.
void read_where(const Setting& setting, Space& space) {
  const std::string text = string_value(setting, setting.value);
  parse_condition(text, axis_condition_names(), fmt::format("{}: {}", setting.where, setting.key));
  space.where = text;
}

/// That a condition keeps a run of the spaces that it is on.
void require_runs(const Setting& where, std::span<const Space> spaces) {
  if (std::any_of(spaces.begin(), spaces.end(), has_runs)) return;
  std::size_t all = 0;
  for (const Space& space : spaces) all += combinations(space);
  throw bad_value(where, where.value, "keeps no run", fmt::format("none of {} combinations fulfils it", all));
}

Space read_space(const Settings& settings, const std::string& file, int epochs, ConfigSource source) {
  Space space;
  for_each_axis([&](const auto& axis) {
    if (const auto at = settings.find(std::string(axis.name)); at != settings.end())
      read_axis(at->second, axis, source, space);
  });
  if (source == ConfigSource::user) check_scopes(settings, space.grid);
  set_schedule_epochs(settings, space.grid, file, epochs);
  if (const auto zip = settings.find("zip"); zip != settings.end()) read_zip(zip->second, space);
  read_samples(settings, space);
  if (combinations(space) > max_runs)
    throw bad_input(
        fmt::format("{}: the lists make more than {} runs, the most of one sweep", file, max_runs));
  if (const auto where = settings.find("where"); where != settings.end()) read_where(where->second, space);
  return space;
}

/// The settings of a grid: those beside the grids, and its own in place of them.
Settings settings_of_grid(const Settings& beside, const Setting& grids, std::size_t number) {
  const Json& grid = grids.value[number];
  const std::string name = fmt::format("grids[{}]", number);
  std::vector<std::string_view> known = axis_names();
  known.insert(known.end(), space_keys.begin(), space_keys.end());
  Settings settings = beside;
  for (const auto& [key, value] : grid.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      check_key(fmt::format("{}: {}", grids.where, name), key);
      throw bad_input(fmt::format("{}: {}: {} is not a key of a grid: write it beside grids", grids.where,
                                  name, shown(key)));
    }
    const auto at = beside.find(key);
    if (at != beside.end() && at->second.where == command_line && grids.where != command_line)
      throw bad_value(at->second, at->second.value, fmt::format("is replaced by {} of {}", name, grids.where),
                      "the command line can replace keys that no grid sets, or grids as a whole");
    settings[key] = {grids.where, fmt::format("{}: {}", name, key), value,
                     Json::json_pointer() / "grids" / number / key};
  }
  return settings;
}

}  // namespace

std::vector<Space> read_spaces(const Settings& settings, const std::string& file, int epochs,
                               ConfigSource source) {
  const auto grids = settings.find("grids");
  const auto where = settings.find("where");
  if (grids == settings.end()) {
    const std::vector<Space> spaces{read_space(settings, file, epochs, source)};
    if (where != settings.end()) require_runs(where->second, spaces);
    return spaces;
  }
  const Json& list = grids->second.value;
  if (!list.is_array() || list.empty() ||
      !std::all_of(list.begin(), list.end(), [](const Json& grid) { return grid.is_object(); }))
    throw bad_value(
        grids->second, list, "is not a list of grids",
        R"(objects with keys of their own, such as [{"optimizer": "sgd"}, {"optimizer": "adam"}])");
  std::vector<Space> spaces;
  std::size_t runs = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Settings of_grid = settings_of_grid(settings, grids->second, i);
    spaces.push_back(read_space(of_grid, file, epochs, source));
    runs += combinations(spaces.back());
    if (runs > max_runs)
      throw bad_input(
          fmt::format("{}: the grids make more than {} runs, the most of one sweep", file, max_runs));
    if (list[i].contains("where")) require_runs(of_grid.at("where"), {&spaces.back(), 1});
  }
  if (where != settings.end()) require_runs(where->second, spaces);
  return spaces;
}

}  // namespace runner
