#include "arguments.hpp"

#include "commands.hpp"
#include "exit_codes.hpp"
#include "standard_streams.hpp"

#include <sstream>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner::cli {
namespace {

/// "CONFIG (a sweep to run), compare FILE or merge OUT PART…"
std::string usages(const Command& run, const std::vector<Command>& named) {
  std::string text(run.usage);
  for (const Command& command : named)
    text += fmt::format("{}{}", &command == &named.back() ? " or " : ", ", command.usage);
  return text;
}

bool has_config(const CLI::App& app) {
  const std::vector<std::string>& given = app.get_option("CONFIG")->results();
  return !given.empty() && !given.front().empty();
}

}  // namespace

std::function<int()> parse_arguments(int argc, char** argv) {
  CLI::App app(
      "Trains every network of a sweep, records each epoch's loss and accuracy on training and test data,\n"
      "and shows which of them overfit.\n\n"
      "  runner configs/sweep.json                  run the sweep, or finish it\n"
      "  runner configs/sweep.json epochs=20        the same with a key of the config replaced\n"
      "  runner plan configs/sweep.json             what it will take: time, memory, disk\n"
      "  runner compare results/sweep.h5            train against test accuracy\n"
      "  runner classes results/sweep.h5            which classes the best network confuses\n"
      "  runner report results/sweep.h5             the same as a page of plots\n"
      "  runner watch results/sweep.h5              a running sweep: who leads, who overfits\n"
      "  runner predict results/w.h5 --best 7.png   what a trained network takes an image for\n"
      "  runner verify results/sweep.h5             train some of it again and compare every bit\n"
      "  runner check results/sweep.h5              find damaged numbers, without training\n"
      "  runner seal results/sweep.h5               take it as another program has left it\n"
      "  runner configs/sweep.json --shard 2/8      train the second of eight shares\n"
      "  runner merge results/sweep.h5 results/sweep.shard-*.h5",
      "runner");
  app.set_version_flag("--version", RUNNER_VERSION);
  app.require_subcommand(0, 1);
  const CommandLine line{app, fmt::format("{}", fmt::join(argv, argv + argc, " "))};
  const Command run = run_command(line);
  std::vector<Command> named;
  for (const auto add : commands) named.push_back(add(line));
  try {
    app.parse(argc, argv);
    for (const Command& command : named)
      if (*command.app) return command.run;
    if (!has_config(app)) throw CLI::RequiredError(usages(run, named));
    return run.run;
  } catch (const CLI::ParseError& e) {
    std::ostringstream out, messages;
    const bool done = app.exit(e, out, messages) == 0;
    put_out(out.str());
    put_message(messages.str());
    return [exit_code = done ? exit_done : exit_bad_input] { return exit_code; };
  }
}

}  // namespace runner::cli
