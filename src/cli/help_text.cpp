#include "help_text.hpp"

#include "runner/error/error.hpp"
#include "runner/error/nearest_key.hpp"
#include "runner/model/run_spec.hpp"

#include "config_keys.hpp"
#include "topics.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner::cli {
namespace {

constexpr std::size_t help_width = 80, most_typed = 24, indentation = 2;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// Lines of at most so many characters, broken at spaces where there are any.
std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    std::string& line = lines.back();
    if (line.empty())
      line = word;
    else if (characters(line) + 1 + characters(word) <= width)
      line.append(" ").append(word);
    else
      lines.emplace_back(word);
  }
  return lines;
}

/// Two columns, the second one wrapped; below the first where that is too long for its column.
std::string in_columns(std::span<const HelpEntry> entries, std::size_t most = most_typed) {
  std::size_t typed = 0;
  for (const HelpEntry& entry : entries)
    if (const std::size_t length = characters(entry.typed); length <= most) typed = std::max(typed, length);
  const std::string margin(indentation + typed + 2, ' ');
  std::string text;
  for (const HelpEntry& entry : entries) {
    const std::size_t length = characters(entry.typed);
    text.append(indentation, ' ').append(entry.typed);
    text += length <= typed ? std::string(typed + 2 - length, ' ') : "\n" + margin;
    text += fmt::format("{}\n", fmt::join(wrapped(entry.text, help_width - margin.size()), "\n" + margin));
  }
  return text;
}

std::string under(std::string_view heading, std::span<const HelpEntry> entries,
                  std::size_t most = most_typed) {
  return entries.empty() ? std::string() : fmt::format("\n{}:\n{}", heading, in_columns(entries, most));
}

bool is_program(const CLI::App& app) {
  return app.get_parent() == nullptr;
}

/// What CLI11 calls the kind of a value, "UINT:UINT in [1 - 4096]", taken apart.
struct ValueKind {
  std::string type;       ///< "UINT"
  std::string validator;  ///< "UINT in [1 - 4096]"; empty: none
};

ValueKind kind_of(const CLI::Option& option) {
  const std::string name = option.get_type_name();
  const std::size_t colon = name.find(':');
  if (colon == std::string::npos) return {name, ""};
  return {name.substr(0, colon), name.substr(colon + 1)};
}

/// "1 to 4096"; empty where a validator says nothing of a range.
std::string range_of(const std::string& validator) {
  const std::size_t begin = validator.find(" in ["), dash = validator.find(" - ");
  if (begin == std::string::npos || dash == std::string::npos || !validator.ends_with(']')) return "";
  return fmt::format("{} to {}", validator.substr(begin + 5, dash - begin - 5),
                     validator.substr(dash + 3, validator.size() - dash - 4));
}

std::vector<std::string> split_at(std::string_view text, char at) {
  std::vector<std::string> parts(1);
  for (const char c : text)
    if (c == at)
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

/// The others that it goes with, or does not.
std::string names_of(const std::set<CLI::Option*>& options) {
  std::vector<std::string> names;
  for (const CLI::Option* option : options) names.push_back(option->get_name());
  std::sort(names.begin(), names.end());
  return fmt::format("{}", fmt::join(names, ", "));
}

HelpEntry entry_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.get_snames()) names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
  std::string typed = fmt::format("{}", fmt::join(names, ", "));
  if (const std::string value = value_name(option); !value.empty()) typed += " " + value;

  std::vector<std::string> notes;
  if (std::string range = range_of(kind_of(option).validator); !range.empty())
    notes.push_back(std::move(range));
  if (const std::string value = option.get_default_str(); !value.empty())
    notes.push_back("default: " + value);
  if (!option.get_excludes().empty()) notes.push_back("not with " + names_of(option.get_excludes()));
  if (!option.get_needs().empty()) notes.push_back("with " + names_of(option.get_needs()));
  std::string text = option.get_description();
  if (!notes.empty()) text += fmt::format(" ({})", fmt::join(notes, "; "));
  return {std::move(typed), std::move(text)};
}

/// "FILE…" for an argument that may be given several times.
std::string placeholder(const CLI::Option& option) {
  return option.get_name(true) + (option.get_items_expected_max() > 1 ? "…" : "");
}

std::vector<const CLI::Option*> options_where(const CLI::App& app, bool positional) {
  return app.get_options([positional](const CLI::Option* option) {
    return !option->get_group().empty() && option->nonpositional() != positional;
  });
}

HelpEntry entry_of(const ConfigKey& key) {
  std::string text = key.description;
  if (!key.words.empty() && key.words.front() != "true")
    text += fmt::format(" Words: {}.", fmt::join(key.words, ", "));
  if (!key.default_value.empty()) text += fmt::format(" Default: {}.", key.default_value);
  return {key.name, std::move(text)};
}

std::vector<HelpEntry> topic_entries() {
  std::vector<HelpEntry> entries;
  for (const Topic& topic : topics()) entries.push_back({std::string(topic.name), std::string(topic.title)});
  return entries;
}

std::vector<HelpEntry> command_entries(const CLI::App& program, const std::string& heading) {
  std::vector<HelpEntry> entries;
  if (heading == group::training) entries.push_back({"CONFIG", description(program)});
  for (const CLI::App* app : visible_commands(program))
    if (app->get_group() == heading) entries.push_back({app->get_name(), description(*app)});
  return entries;
}

std::string command_lists(const CLI::App& program) {
  std::string text;
  for (const std::string& heading : headings(program))
    text += under(heading, command_entries(program, heading));
  return text;
}

std::string help_of_program(const CLI::App& program) {
  std::vector<HelpEntry> shown;
  std::set<std::string_view> commands;
  for (const Example& example : examples())
    if (example.command.empty() || commands.insert(example.command).second)
      shown.push_back({std::string(example.line), std::string(example.what)});
  return fmt::format("{}\n\nUsage: {}\n       runner COMMAND …\n{}{}{}{}{}\n", summary(), usage(program),
                     command_lists(program), under("Topics of `runner help`", topic_entries()),
                     under("Examples", shown, help_width / 2),
                     under("Arguments", positional_entries(program)),
                     under("Options", option_entries(program)));
}

std::string help_of_command(const CLI::App& app) {
  return fmt::format("{}.\n\nUsage: {}\n{}{}{}", fmt::join(wrapped(description(app), help_width - 1), "\n"),
                     usage(app), under("Arguments", positional_entries(app)),
                     under("Options", option_entries(app)),
                     under("Examples", example_entries(app), help_width / 2));
}

std::string text_of(const Topic& topic) {
  std::string text(topic.text);
  if (topic.name == config_topic)
    for (const KeyGroup& keys : key_groups()) text += under(keys.heading, keys.keys);
  return text;
}

}  // namespace

std::vector<const CLI::App*> visible_commands(const CLI::App& program) {
  return program.get_subcommands(
      [](const CLI::App* app) { return !app->get_group().empty() && !app->get_name().empty(); });
}

std::vector<std::string> headings(const CLI::App& program) {
  std::vector<std::string> found;
  for (const CLI::App* app : visible_commands(program))
    if (std::find(found.begin(), found.end(), app->get_group()) == found.end())
      found.push_back(app->get_group());
  return found;
}

std::string usage(const CLI::App& app) {
  std::string text = is_program(app) ? "runner" : "runner " + app.get_name();
  for (const CLI::Option* option : options_where(app, true)) {
    const bool optional = !option->get_required() && option->get_name(true) != "CONFIG";
    text += fmt::format(optional ? fmt::runtime(" [{}]") : fmt::runtime(" {}"), placeholder(*option));
  }
  return text + " [OPTIONS]";
}

std::string description(const CLI::App& app) {
  return is_program(app) ? std::string(summary_of_training()) : app.get_description();
}

std::vector<HelpEntry> positional_entries(const CLI::App& app) {
  std::vector<HelpEntry> entries;
  for (const CLI::Option* option : options_where(app, true))
    entries.push_back({placeholder(*option), option->get_description()});
  return entries;
}

std::vector<HelpEntry> option_entries(const CLI::App& app) {
  std::vector<HelpEntry> entries;
  for (const CLI::Option* option : options_where(app, false)) entries.push_back(entry_of(*option));
  return entries;
}

std::vector<HelpEntry> example_entries(const CLI::App& app) {
  const std::string name = is_program(app) ? "" : app.get_name();
  std::vector<HelpEntry> entries;
  for (const Example& example : examples())
    if (example.command == name) entries.push_back({std::string(example.line), std::string(example.what)});
  return entries;
}

std::vector<KeyGroup> key_groups() {
  std::vector<KeyGroup> groups{
      {"Keys of the sweep as a whole", {}}, {"Axes", {}}, {"Keys that choose the runs", {}}};
  std::size_t current = 0;
  // The axes stand together, and divide the others.
  for (const ConfigKey& key : config_keys()) {
    if (find_axis(key.name) != nullptr)
      current = 1;
    else if (current == 1)
      current = 2;
    groups[current].keys.push_back(entry_of(key));
  }
  return groups;
}

std::vector<std::string> value_words(const CLI::Option& option) {
  const std::string words = kind_of(option).validator;
  if (words.starts_with('{') && words.ends_with('}')) return split_at(words.substr(1, words.size() - 2), ',');
  if (words.find('|') != std::string::npos) return split_at(words, '|');
  return {};
}

std::string value_name(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return "";
  if (const std::vector<std::string> words = value_words(option); !words.empty())
    return fmt::format("{}", fmt::join(words, "|"));
  const std::string type = kind_of(option).type;
  return type == "UINT" || type == "INT" || type == "FLOAT" ? "N" : type;
}

std::string help_of(const CLI::App& app) {
  return is_program(app) ? help_of_program(app) : help_of_command(app);
}

std::string topic_help(const CLI::App& program, std::string_view name) {
  std::vector<std::string_view> known;
  for (const Topic& topic : topics()) {
    if (topic.name == name) return text_of(topic);
    known.push_back(topic.name);
  }
  for (const CLI::App* app : visible_commands(program)) {
    if (app->get_name() == name) return help_of(*app);
    known.push_back(app->get_name());
  }
  throw bad_input(
      fmt::format("help: there is no topic \"{}\": {}", name, suggest_key(name, known, "topics")));
}

std::string help_contents(const CLI::App& program) {
  return fmt::format(
      "`runner help NAME` explains a topic or a command.\n`runner --help` shows all options.\n{}{}",
      under("Topics", topic_entries()), command_lists(program));
}

}  // namespace runner::cli
