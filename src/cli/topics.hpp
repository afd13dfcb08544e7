#pragma once

#include <span>
#include <string_view>

/// The texts of the help that belong to no option. What help, the manual page and messages say of a command,
/// an option or a key of the config stands with that command, option or key.
namespace runner::cli {

/// The headings that `runner --help` lists commands under, in the order of their first commands. Each
/// command names its own (CLI::App::group).
namespace group {
inline constexpr const char* training = "Train";
inline constexpr const char* results = "Look at results";
inline constexpr const char* elsewhere = "Use results elsewhere";
inline constexpr const char* trust = "Trust a results file";
inline constexpr const char* help = "Find out more";
}  // namespace group

/// What the program is, in one sentence.
std::string_view summary();

/// What `runner CONFIG` does, as commands are described.
std::string_view summary_of_training();

struct Example {
  std::string_view command;  ///< that it belongs to; empty: `runner CONFIG`
  std::string_view line;     ///< "runner compare results/sweep.h5"
  std::string_view what;     ///< it shows
};

/// In the order in which they make sense one after the other.
std::span<const Example> examples();

/// What `runner help NAME` explains beside the commands.
struct Topic {
  std::string_view name;
  std::string_view title;
  std::string_view text;  ///< lines of at most 80 characters
};

std::span<const Topic> topics();

/// The topic whose text the keys of the config follow.
inline constexpr std::string_view config_topic = "config";

}  // namespace runner::cli
