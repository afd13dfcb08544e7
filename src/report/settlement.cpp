#include "runner/error/error.hpp"
#include "runner/error/printable.hpp"
#include "runner/sweep/config.hpp"
#include "runner/sweep/space.hpp"

#include "columns.hpp"
#include "judged_seeds.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace runner {
namespace {

using ConfigJson = nlohmann::json;

constexpr std::size_t longest_command = 400, most_runs = 100'000;

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

/// "learning_rate = 0.5 && hidden_size = 50": what only this configuration fulfils.
std::string condition_on(const ConfigurationSummary& configuration, const std::vector<Column>& varying) {
  std::vector<std::string> parts;
  for (const Column& axis : varying)
    if (axis.has_value(configuration))
      parts.push_back(fmt::format("{}={}", axis.name, exact_text(axis, configuration)));
  return fmt::format("{}", fmt::join(parts, " && "));
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

/// The time of all sessions, if it is known.
double trained_for(const ResultsData& results) {
  if (results.sessions.empty()) return std::nan("");
  double seconds = 0;
  for (const SessionTimes& session : results.sessions) seconds += session.taken;
  return seconds;
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
    if (which.size() < comparison.configurations.size()) {
      std::vector<std::string> conditions{fmt::format("seed <= {}", last)};
      const std::vector<Column> varying = varying_axes(comparison);
      if (which.size() > longest_command / 10) return {};
      for (const std::size_t c : which)
        conditions.push_back(condition_on(comparison.configurations[c], varying));
      const std::string choice = fmt::format("{}", fmt::join(conditions, " || "));
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
    double smallest = std::numeric_limits<double>::infinity();  // difference in units of its noise
    for (std::size_t i = 0; i < compared.size(); ++i) {
      ConfigurationSummary& c = all[places[i]];
      c.told_from_best = told[i] && places[i] != *best;
      if (places[i] == *best) winner = candidates.size();
      if (c.learned()) candidates.push_back(compared[i]);
      if (c.told_from_best) continue;
      undecided.push_back(places[i]);
      if (places[i] == *best) continue;
      const PairedDifference d = difference_of(judged[*best], compared[i], step);
      smallest = std::min(smallest, d.mean > 0 ? d.mean / d.sd : 0);
    }
    trust.test_accuracy = without_luck(candidates, winner);
    if (undecided.size() > 1) {
      const std::size_t seeds = seeds_to_tell(smallest, 1, compared.size()), has = judged[*best].size();
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

  double trained = 0, to_train = 0;
  for (const ConfigurationSummary& c : all) trained += c.work * static_cast<double>(c.done + c.stopped);
  for (const std::size_t c : undecided) to_train += all[c].work * static_cast<double>(settlement.seeds);
  settlement.seconds = trained_for(files.front()) * to_train / trained;
  settlement.command = command_for_seeds(files.front(), comparison, undecided, settlement.seeds);
}

}  // namespace runner
