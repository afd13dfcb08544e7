#include "completion.hpp"

#include "config_keys.hpp"
#include "help_text.hpp"
#include "topics.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace runner::cli {
namespace {

/// Collects what begins as the word does that is to be completed.
class Candidates {
 public:
  explicit Candidates(std::string_view word) : word_(word) {}

  void add(std::string_view text, std::string_view description = {}) {
    if (!text.starts_with(word_)) return;
    lines_ += text;
    if (!description.empty()) lines_ += fmt::format("\t{}", description);
    lines_ += '\n';
  }

  void add_files() { lines_ += fmt::format("{}\n", files_too); }

  std::string lines() && { return std::move(lines_); }

 private:
  std::string_view word_;
  std::string lines_;
};

const CLI::App* command_among(const CLI::App& program, std::span<const std::string> words) {
  for (const CLI::App* app : visible_commands(program))
    if (std::find(words.begin(), words.end(), app->get_name()) != words.end()) return app;
  return nullptr;
}

/// The option of that name, "--kernel" or "-j"; null where there is none.
const CLI::Option* option_named(const CLI::App& app, const std::string& name) {
  return name.starts_with("-") ? app.get_option_no_throw(name) : nullptr;
}

bool takes_value(const CLI::Option* option) {
  return option != nullptr && option->get_items_expected_max() > 0;
}

bool has_positional(const CLI::App& app, const std::string& name) {
  return !app.get_options([&](const CLI::Option* option) { return option->get_name(true) == name; }).empty();
}

/// How many words are neither options nor their values, nor the command.
std::size_t positional_count(const CLI::App& app, std::span<const std::string> words) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < words.size(); ++i)
    if (words[i].starts_with("-"))
      i += takes_value(option_named(app, words[i])) ? 1 : 0;
    else if (words[i] != app.get_name())
      ++count;
  return count;
}

void add_values(const CLI::Option& option, const std::string& before, Candidates& candidates) {
  const std::vector<std::string> words = value_words(option);
  for (const std::string& word : words) candidates.add(before + word);
  constexpr std::array<std::string_view, 2> names_of_files{"FILE", "FOLDER"};
  const std::string kind = value_name(option);
  if (before.empty() && std::find(names_of_files.begin(), names_of_files.end(), kind) != names_of_files.end())
    candidates.add_files();
}

void add_options(const CLI::App& app, Candidates& candidates) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames())
      candidates.add("--" + name, option->get_description());
    for (const std::string& name : option->get_snames())
      candidates.add("-" + name, option->get_description());
  }
}

/// "epochs=", and behind it the words that the key takes.
void add_keys(const std::string& word, std::span<const std::string> before, Candidates& candidates) {
  for (const ConfigKey& key : config_keys()) {
    const std::string begin = key.name + "=";
    if (word.starts_with(begin)) {
      for (const std::string& value : key.words) candidates.add(begin + value);
      continue;
    }
    const bool is_given = std::any_of(before.begin(), before.end(),
                                      [&](const std::string& other) { return other.starts_with(begin); });
    if (!is_given) candidates.add(begin, key.description);
  }
}

}  // namespace

std::string completions(const CLI::App& program, std::span<const std::string> words) {
  if (words.empty()) return "";
  const std::string& word = words.back();
  const std::span<const std::string> before = words.first(words.size() - 1);
  const CLI::App* const command = command_among(program, before);
  const CLI::App& app = command == nullptr ? program : *command;
  Candidates candidates(word);
  if (const CLI::Option* option = before.empty() ? nullptr : option_named(app, before.back());
      takes_value(option)) {
    add_values(*option, "", candidates);
  } else if (const std::size_t equals = word.find('=');
             word.starts_with("-") && equals != std::string::npos) {
    if (const CLI::Option* given = option_named(app, word.substr(0, equals)))
      add_values(*given, word.substr(0, equals + 1), candidates);
  } else if (word.starts_with("-")) {
    add_options(app, candidates);
  } else if (command != nullptr && app.get_name() == "help") {
    for (const Topic& topic : topics()) candidates.add(topic.name, topic.title);
    for (const CLI::App* other : visible_commands(program))
      candidates.add(other->get_name(), description(*other));
  } else if (has_positional(app, "KEY=VALUE") && positional_count(app, before) > 0) {
    add_keys(word, before, candidates);
  } else {
    if (command == nullptr && positional_count(app, before) == 0)
      for (const CLI::App* other : visible_commands(program))
        candidates.add(other->get_name(), description(*other));
    candidates.add_files();
  }
  return std::move(candidates).lines();
}

}  // namespace runner::cli
