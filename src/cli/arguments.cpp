#include "arguments.hpp"

#include "runner/error/error.hpp"
#include "runner/error/nearest_key.hpp"

#include "commands.hpp"
#include "completion.hpp"
#include "config_keys.hpp"
#include "exit_codes.hpp"
#include "help_text.hpp"
#include "standard_streams.hpp"
#include "topics.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner::cli {
namespace {

/// What the shells' completion scripts begin with; the words of the command line follow.
constexpr std::string_view completion_flag = "--complete";

/// An argument that can be no config, as no such file is there, may be a mistyped command.
void refuse_mistyped_command(const CLI::App& app) {
  const std::vector<std::string>& given = app.get_option("CONFIG")->results();
  if (given.empty() || given.front().empty()) return;
  const std::string& word = given.front();
  std::error_code ignored;
  if (word.find_first_of("/.") != std::string::npos || std::filesystem::exists(word, ignored)) return;
  std::vector<std::string_view> names;
  for (const CLI::App* command : visible_commands(app)) names.push_back(command->get_name());
  throw bad_input(fmt::format("\"{}\" is neither a command nor a config file: {}", word,
                              suggest_key(word, names, "commands")));
}

/// What to write in place of an option that there is not.
std::string advice_on(const std::string& unknown, const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  const std::string name = unknown.substr(0, unknown.find('='));
  const std::string advice = suggest_key(name, std::vector<std::string_view>(names.begin(), names.end()));
  if (advice.starts_with("did you mean")) return advice;
  std::string key = name.substr(std::min(name.find_first_not_of('-'), name.size()));
  std::replace(key.begin(), key.end(), '-', '_');
  for (const ConfigKey& known : config_keys())
    if (known.name == key) return fmt::format("a key of the config is given as {}=VALUE", key);
  return fmt::format("`runner {}--help` shows the options",
                     app.get_parent() == nullptr ? "" : app.get_name() + " ");
}

/// Throws for the first argument that nothing takes; the app is the command that was given, or the program.
[[noreturn]] void refuse_extra_arguments(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining(true);
  const auto option = std::find_if(extras.begin(), extras.end(),
                                   [](const std::string& extra) { return extra.starts_with("-"); });
  if (option != extras.end())
    throw bad_input(fmt::format("there is no option {}: {}", *option, advice_on(*option, app)));
  throw bad_input(fmt::format("{} is one argument too many: {}", extras.front(), usage(app)));
}

const CLI::App& given_app(const CLI::App& program) {
  const std::vector<CLI::App*> given = program.get_subcommands();
  return given.empty() ? program : *given.front();
}

}  // namespace

std::function<int()> parse_arguments(int argc, char** argv) {
  // What is to be done may need it still.
  const auto app = std::make_shared<CLI::App>(std::string(summary()), "runner");
  app->formatter(std::make_shared<CLI::FormatterLambda>(
      [](const CLI::App* shown, const std::string&, CLI::AppFormatMode) { return help_of(*shown); }));
  app->set_version_flag("--version", RUNNER_VERSION, "Print the version and exit");
  app->get_help_ptr()->description("Print this text and exit");
  app->require_subcommand(0, 1);
  const CommandLine line{*app, fmt::format("{}", fmt::join(argv, argv + argc, " "))};
  const Command run = run_command(line);
  std::vector<Command> named;
  for (const auto add : commands) named.push_back(add(line));
  if (argc > 1 && argv[1] == completion_flag)
    return [app, words = std::vector<std::string>(argv + 2, argv + argc)] {
      put_out(completions(*app, words));
      return exit_done;
    };
  try {
    app->parse(argc, argv);
    for (const Command& command : named)
      if (*command.app) return [app, command] { return command.run(); };
    refuse_mistyped_command(*app);
    if (app->get_option("CONFIG")->empty())
      throw bad_input("there is no config and no command: `runner help` shows what there is");
    return [app, run] { return run.run(); };
  } catch (const CLI::ExtrasError&) {
    refuse_mistyped_command(*app);
    refuse_extra_arguments(given_app(*app));
  } catch (const CLI::RequiredError& e) {
    throw bad_input(fmt::format("{}: {}", e.what(), usage(given_app(*app))));
  } catch (const CLI::Success& e) {
    std::ostringstream text;
    app->exit(e, text, text);
    put_out(text.str());
    return [] { return exit_done; };
  } catch (const CLI::ParseError& e) {
    throw bad_input(e.what());
  }
}

}  // namespace runner::cli
