#include "commands.hpp"
#include "exit_codes.hpp"
#include "help_text.hpp"
#include "standard_streams.hpp"
#include "topics.hpp"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

namespace runner::cli {
namespace {

struct HelpOptions {
  std::string name;  ///< empty: what there is
  bool manual = false;
};

}  // namespace

Command help_command(const CommandLine& line) {
  const auto options = std::make_shared<HelpOptions>();
  CLI::App* app = line.app.add_subcommand("help", "Explain a topic or a command");
  app->group(group::help);
  app->add_option("NAME", options->name, "The topic or the command; without it, the names of all");
  app->add_flag("--man", options->manual, "Print the manual page, for man(1)");
  return {app, [options, &program = line.app] {
            put_out(options->manual         ? manual_page(program)
                    : options->name.empty() ? help_contents(program)
                                            : topic_help(program, options->name));
            return exit_done;
          }};
}

}  // namespace runner::cli
