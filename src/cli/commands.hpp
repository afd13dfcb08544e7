#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace runner::cli {

/// What commands are added to.
struct CommandLine {
  CLI::App& app;     ///< of the program
  std::string text;  ///< as it was given: "runner configs/sweep.json --fresh"
};

/// A command that has been added to a command line.
struct Command {
  CLI::App* app;             ///< its own arguments
  std::function<int()> run;  ///< with the arguments that were parsed; returns the exit code. Throws Error
};

/// Each adds a command and its arguments.
Command plan_command(const CommandLine& line);
Command compare_command(const CommandLine& line);
Command classes_command(const CommandLine& line);
Command report_command(const CommandLine& line);
Command watch_command(const CommandLine& line);
Command predict_command(const CommandLine& line);
Command export_command(const CommandLine& line);
Command verify_command(const CommandLine& line);
Command check_command(const CommandLine& line);
Command seal_command(const CommandLine& line);
Command gradcheck_command(const CommandLine& line);
Command merge_command(const CommandLine& line);
Command help_command(const CommandLine& line);

/// All of them, in the order in which the help lists them.
using AddCommand = Command (*)(const CommandLine& line);
inline constexpr AddCommand commands[] = {plan_command,   gradcheck_command, compare_command, classes_command,
                                          report_command, watch_command,     predict_command, export_command,
                                          merge_command,  verify_command,    check_command,   seal_command,
                                          help_command};

/// The one that has no name: it trains a sweep. Its arguments are the program's own.
Command run_command(const CommandLine& line);

/// What this program was compiled with.
std::string compiler();

}  // namespace runner::cli
