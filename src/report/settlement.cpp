#include "runner/error/error.hpp"
#include "runner/error/printable.hpp"
#include "runner/sweep/config.hpp"
#include "runner/sweep/space.hpp"
#include "runner/sweep/work.hpp"

#include "image_shape.hpp"
#include "judged_seeds.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <limits>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace runner {
namespace {

using ConfigJson = nlohmann::json;

constexpr std::size_t longest_command = 1000, most_runs = 100'000;

/// As a shell reads it.
std::string shell_word(const std::string& text) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./=,-";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + '\'';
}

/// {"range":[1,9]}, or a list.
std::string seed_values(const std::set<std::int64_t>& seeds) {
  const std::int64_t first = *seeds.begin(), last = *seeds.rbegin();
  if (static_cast<std::size_t>(last - first) + 1 == seeds.size() && seeds.size() > 5)
    return fmt::format("{{\"range\":[{},{}]}}", first, last);
  return fmt::format("[{}]", fmt::join(seeds, ","));
}

/// "a", "(a || b)"
std::string any_of(const std::vector<std::string>& conditions) {
  const std::string text = fmt::format("{}", fmt::join(conditions, " || "));
  return conditions.size() > 1 ? '(' + text + ')' : text;
}

/// "learning_rate=0.5 && (hidden_size=50 || hidden_size=100)": a condition that holds for these runs, and for
/// no others that differ from them in these axes.
std::string condition_on(std::span<const RunSpec> runs, std::span<const AxisInfo> axes) {
  if (axes.empty()) return {};
  const AxisInfo& axis = axes.front();
  std::map<std::pair<long double, std::string>, std::vector<RunSpec>> by_value;
  for (const RunSpec& run : runs)
    by_value[{axis.order(run), axis.applies(run) ? fmt::format("{}={}", axis.name, axis.text(run)) : ""}]
        .push_back(run);
  // Values for which the same is said of the other axes stand together.
  std::vector<std::pair<std::string, std::vector<std::string>>> by_others;
  for (const auto& [value, having] : by_value) {
    const std::string others = condition_on(having, axes.subspan(1));
    auto same = std::find_if(by_others.begin(), by_others.end(),
                             [&](const auto& said) { return said.first == others; });
    if (same == by_others.end()) same = by_others.insert(same, {others, {}});
    same->second.push_back(value.second);
  }
  std::vector<std::string> parts;
  for (const auto& [others, values] : by_others) {
    const std::string own = any_of(values);
    if (others.empty())
      parts.insert(parts.end(), values.begin(), values.end());
    else
      parts.push_back(own.empty() ? others : own + " && " + others);
  }
  return any_of(parts);
}

/// The axes but the seed in which runs differ.
std::vector<AxisInfo> axes_that_vary(std::span<const RunSpec> runs) {
  std::vector<AxisInfo> varying;
  for (const AxisInfo& axis : axis_table())
    if (axis.name != "seed" && std::any_of(runs.begin(), runs.end(),
                                           [&](const RunSpec& run) { return !axis.same(run, runs.front()); }))
      varying.push_back(axis);
  return varying;
}

/// The keys in which what the file was trained by differs from the config file alone: they were replaced on
/// the command line.
std::vector<std::string> overrides_of(const ResultsData& results) {
  const Config config = parse_config(results.origin.config_text, results.origin.config_file);
  const ConfigJson file = ConfigJson::parse(config.effective),
                   stored = ConfigJson::parse(results.effective_config);
  std::vector<std::string> overrides;
  for (const auto& [key, value] : stored.items()) {
    if (key == "description" || key == "seed" || key == "where") continue;
    if (key == "dataset" && value.is_object()) continue;  // the path depends on where it was read from
    if (!file.contains(key) || file.at(key) != value)
      overrides.push_back(
          fmt::format("{}={}", key, value.is_string() ? value.get<std::string>() : value.dump()));
  }
  return overrides;
}

/// The time of all sessions for each unit of predicted work, if it is known.
double seconds_of_work(const ResultsData& results) {
  const DatasetFacts shape = with_shape(results.origin.data);
  if (results.sessions.empty() || shape.train_size == 0) return std::nan("");
  double seconds = 0, work = 0;
  for (const SessionTimes& session : results.sessions) seconds += session.taken;
  for (const std::vector<StoredRun>* runs : {&results.runs, &results.left_out})
    for (const StoredRun& run : *runs)
      if (run.shard == 0) work += run_cost(run.run.spec, shape) * std::max(run.epochs_done, 0);
  return work > 0 ? seconds / work : std::nan("");
}

/// Whether accuracies of these files mean the same.
bool are_alike(const Comparison& comparison) {
  return comparison.differences().empty();
}

}  // namespace

std::string command_for_seeds(const ResultsData& results, const Comparison& comparison,
                              std::span<const std::size_t> which, std::size_t more) {
  const Origin& origin = results.origin;
  const std::string file = results.file.filename().string();
  // A shard has the runs of others missing, which the command would train.
  if (origin.config_file.empty() || file.find(".shard-") != std::string::npos ||
      results.runs.size() > most_runs)
    return {};
  try {
    const std::vector<RunSpec> before =
        runs_of(parse_stored_config(results.effective_config, origin.config_file).spaces);
    std::set<std::int64_t> seeds;
    for (const RunSpec& run : before) seeds.insert(run.seed);
    const std::int64_t last = *seeds.rbegin();
    if (last > std::numeric_limits<std::int64_t>::max() - static_cast<std::int64_t>(more)) return {};
    for (std::size_t i = 1; i <= more; ++i) seeds.insert(last + static_cast<std::int64_t>(i));
    std::vector<std::string> arguments = overrides_of(results);
    arguments.push_back("seed=" + seed_values(seeds));
    const ConfigJson stored = ConfigJson::parse(results.effective_config);
    std::string where = stored.contains("where") ? stored.at("where").get<std::string>() : "";
    const auto configurations =
        configurations_among(before.size(), [&](std::size_t i) -> const RunSpec& { return before[i]; });
    if (which.size() < configurations.size()) {
      std::vector<RunSpec> chosen;
      for (const std::size_t c : which) chosen.push_back(comparison.configurations[c].spec);
      const std::string choice =
          fmt::format("seed <= {} || {}", last, condition_on(chosen, axes_that_vary(before)));
      where = where.empty() ? choice : fmt::format("({}) && ({})", where, choice);
      arguments.push_back("where=" + where);
    }
    // The sweep that comes out has the runs of this one, the new ones, and no others.
    const Config config = parse_config(origin.config_text, origin.config_file, arguments);
    const std::vector<RunSpec> after = runs_of(config.spaces);
    std::set<RunSpec> added(after.begin(), after.end());
    if (added.size() != before.size() + more * which.size()) return {};
    for (const RunSpec& run : before) added.erase(run);
    if (added.size() != more * which.size()) return {};

    std::string command = "runner " + shell_word(origin.config_file.string());
    if (results.file.lexically_normal() != std::filesystem::path("results") / (config.name + ".h5"))
      command += " -o " + shell_word(results.file.string());
    for (const std::string& argument : arguments) command += ' ' + shell_word(argument);
    const bool usable = command.size() <= longest_command && printable(command) == command;
    return usable ? command : std::string();
  } catch (const Error&) {
    return {};  // the config file of another version, or a data set that is elsewhere now
  } catch (const ConfigJson::exception&) {
    return {};
  }
}

void fill_trust(Comparison& comparison, std::span<const JudgedSeeds> judged,
                std::span<const ResultsData> files) {
  std::vector<ConfigurationSummary>& all = comparison.configurations;
  Trust& trust = comparison.trust;
  for (const ConfigurationSummary& c : all) trust.seeds = std::max(trust.seeds, c.done + c.stopped);
  if (!are_alike(comparison)) return;
  std::vector<std::size_t> places;
  std::vector<JudgedSeeds> compared;
  for (std::size_t c = 0; c < all.size(); ++c) {
    all[c].compared = !judged[c].empty();
    if (!all[c].compared) continue;
    places.push_back(c);
    compared.push_back(judged[c]);
  }
  trust.compared = compared.size();
  trust.left_out = all.size() - compared.size();

  const auto best = comparison.best();
  Settlement& settlement = trust.settlement;
  std::vector<std::size_t> undecided;
  if (best && all[*best].compared) {
    const Origin& origin = files[all[*best].file].origin;
    const std::size_t images = all[*best].validated ? origin.data.validation_size : origin.data.test_size;
    const double step = images > 0 ? 1 / static_cast<double>(images) : 0;
    const std::vector<bool> told = told_from_best(compared, step);
    std::vector<JudgedSeeds> candidates;
    std::size_t winner = 0;
    std::size_t seeds = 0;  // that the closest takes
    for (std::size_t i = 0; i < compared.size(); ++i) {
      ConfigurationSummary& c = all[places[i]];
      c.told_from_best = told[i] && places[i] != *best;
      if (places[i] == *best) winner = candidates.size();
      if (c.learned()) candidates.push_back(compared[i]);
      if (c.told_from_best) continue;
      undecided.push_back(places[i]);
      if (places[i] == *best) continue;
      const PairedDifference d = difference_of(judged[*best], compared[i], step);
      const std::size_t needed = seeds_to_tell(d.mean, d.sd, compared.size());
      c.too_close = needed > Settlement::most_worth;
      seeds = std::max(seeds, needed);
    }
    trust.test_accuracy = without_luck(candidates, winner);
    if (undecided.size() > 1) {
      const std::size_t has = judged[*best].size();
      settlement.worth_it = seeds <= Settlement::most_worth;
      settlement.seeds = std::max<std::size_t>(seeds - std::min(seeds, has), 1);
    }
  } else if (trust.seeds == 1 && all.size() > 1) {
    for (std::size_t c = 0; c < all.size(); ++c) undecided.push_back(c);
    settlement.worth_it = true;
    settlement.seeds = 2;
  }
  if (settlement.seeds == 0) return;
  settlement.configurations = undecided.size();
  if (!settlement.worth_it || files.size() != 1) return;

  double work = 0;
  for (const std::size_t c : undecided) work += all[c].work * static_cast<double>(settlement.seeds);
  settlement.seconds = seconds_of_work(files.front()) * work;
  settlement.command = command_for_seeds(files.front(), comparison, undecided, settlement.seeds);
}

}  // namespace runner
