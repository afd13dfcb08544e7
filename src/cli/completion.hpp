#pragma once

#include <span>
#include <string>

namespace CLI {
class App;
}

namespace runner::cli {

/// A line that the completion scripts take as: names of files, too.
inline constexpr const char* files_too = ":files";

/// What the last word of a command line may become, for the completion scripts of shells: a line for each,
/// with a tab and a description behind it where there is one. `words` are those behind the program's name;
/// the last one may be empty.
std::string completions(const CLI::App& program, std::span<const std::string> words);

}  // namespace runner::cli
