#include "help_text.hpp"
#include "topics.hpp"

#include <cctype>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace runner::cli {
namespace {

/// A text as roff takes it: a backslash, a hyphen, and what begins a request at the start of a line.
std::string roff(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const bool starts_line = escaped.empty() || escaped.back() == '\n';
    if (starts_line && (c == '.' || c == '\'')) escaped += "\\&";
    if (c == '\\')
      escaped += "\\e";
    else if (c == '-')
      escaped += "\\-";
    else
      escaped += c;
  }
  return escaped;
}

std::string upper_case(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

std::string section(std::string_view heading) {
  return fmt::format(".SH {}\n", roff(upper_case(heading)));
}

std::string tagged(std::span<const HelpEntry> entries) {
  std::string text;
  for (const HelpEntry& entry : entries)
    text += fmt::format(".TP\n.B {}\n{}\n", roff(entry.typed), roff(entry.text));
  return text;
}

/// Lines that stay as they are.
std::string literal(std::string_view lines) {
  return fmt::format(".nf\n{}.fi\n", roff(lines));
}

std::string arguments_of(const CLI::App& app) {
  return tagged(positional_entries(app)) + tagged(option_entries(app));
}

std::string command_section(const CLI::App& app) {
  return fmt::format(".SS {}\n.B {}\n.PP\n{}.\n{}", roff(app.get_name()), roff(usage(app)),
                     roff(description(app)), arguments_of(app));
}

}  // namespace

std::string manual_page(const CLI::App& program) {
  std::string page = fmt::format(".TH RUNNER 1 \"\" \"runner {}\" \"User Commands\"\n", RUNNER_VERSION);
  std::string sentence(summary());
  sentence.pop_back();  // the full stop
  sentence.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(sentence.front())));
  page += section("Name") + fmt::format("runner \\- {}\n", roff(sentence));
  page += section("Synopsis") + fmt::format(".B {}\n.br\n.B runner COMMAND …\n", roff(usage(program)));
  page += section("Description") + fmt::format("{}.\n", roff(description(program))) + arguments_of(program);
  page += section("Commands");
  for (const CLI::App* app : visible_commands(program)) page += command_section(*app);
  for (const Topic& topic : topics()) {
    page += section(topic.name) + literal(topic.text);
    if (topic.name != config_topic) continue;
    for (const KeyGroup& keys : key_groups())
      page += fmt::format(".SS {}\n", roff(keys.heading)) + tagged(keys.keys);
  }
  std::vector<HelpEntry> shown;
  for (const Example& example : examples())
    shown.push_back({std::string(example.line), std::string(example.what)});
  page += section("Examples") + tagged(shown);
  return page;
}

}  // namespace runner::cli
