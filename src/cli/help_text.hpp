#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

/// What help, the manual page and completion say of a command line: all of it from CLI11's description, so
/// that each option is described where it is added, and nowhere else.
namespace runner::cli {

/// A line of two columns: what is typed, and what it does.
struct HelpEntry {
  std::string typed, text;
};

/// The visible commands of the program, in the order in which they were added.
std::vector<const CLI::App*> visible_commands(const CLI::App& program);

/// Their headings, each once.
std::vector<std::string> headings(const CLI::App& program);

/// "runner compare FILE… [OPTIONS]"; of the program, how a sweep is trained.
std::string usage(const CLI::App& app);

/// "Train every network …": of the program, what it does where no command is given.
std::string description(const CLI::App& app);

/// The positional arguments, and the options: {"-j, --threads N", "Number of threads (1 to 4096; …)"}.
std::vector<HelpEntry> positional_entries(const CLI::App& app);
std::vector<HelpEntry> option_entries(const CLI::App& app);

/// The examples of a command; of the program, those of training.
std::vector<HelpEntry> example_entries(const CLI::App& app);

/// The keys of the config under three headings.
struct KeyGroup {
  std::string_view heading;
  std::vector<HelpEntry> keys;
};
std::vector<KeyGroup> key_groups();

/// "FILE", "N", or "auto|avx2|vnni": what an option takes; empty for a flag.
std::string value_name(const CLI::Option& option);

/// The words that an option takes, where they are listed.
std::vector<std::string> value_words(const CLI::Option& option);

/// What `--help` prints for the program or one of its commands.
std::string help_of(const CLI::App& app);

/// What `runner help NAME` prints for a topic. Throws Error (bad_input) where there is no such topic.
std::string topic_help(const CLI::App& program, std::string_view name);

/// What `runner help` prints: all topics and commands.
std::string help_contents(const CLI::App& program);

/// The manual page, for man(1).
std::string manual_page(const CLI::App& program);

}  // namespace runner::cli
