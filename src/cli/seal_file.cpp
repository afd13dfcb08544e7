#include "runner/error/error.hpp"
#include "runner/results/reseal.hpp"

#include "commands.hpp"
#include "exit_codes.hpp"
#include "standard_streams.hpp"
#include "topics.hpp"
#include "warn.hpp"

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <memory>
#include <system_error>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runner::cli {
namespace {

/// A minute, and as long as it takes to read the file at 10 MB/s.
unsigned most_seconds(const std::filesystem::path& file) {
  std::error_code ignored;
  const std::uintmax_t size = std::filesystem::file_size(file, ignored);
  return ignored ? 60 : static_cast<unsigned>(60 + size / 10'000'000);
}

/// HDF5 may crash on a damaged file, or never come back: a process of its own looks at it first. Whatever
/// else is wrong with the file is found again here.
void require_that_hdf5_survives(const std::filesystem::path& file) {
  const pid_t child = fork();
  if (child < 0) throw system_failure("cannot make a process", errno);
  if (child == 0) {
    std::signal(SIGALRM, SIG_DFL);
    alarm(most_seconds(file));
    try {
      check_seal(file);
    } catch (const std::exception&) {
    }
    _exit(exit_done);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) throw system_failure("cannot wait for a process", errno);
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
    throw bad_input(fmt::format("the results file {} is damaged: HDF5 hangs on it", file.string()));
  if (status != exit_done)
    throw bad_input(fmt::format("the results file {} is damaged: HDF5 crashes on it", file.string()));
}

int seal_file(const std::filesystem::path& file) {
  require_that_hdf5_survives(file);
  const SealCheck found = reseal(file, warn);
  const std::string name = file.string();
  if (found.unchanged)
    print_out("{}: the seal is right: nothing has changed since the file was sealed\n", name);
  else if (found.additions.empty())
    print_out("{}: nothing was added, but its structure or its texts have changed\n", name);
  if (!found.additions.empty()) print_out("{}: another program has added\n", name);
  for (const std::string& addition : found.additions) print_out("  {}\n", addition);
  if (!found.unchanged)
    print_out(
        "The arrays are in their places, and the numbers can be read: the file is sealed as it is now.\n");
  return exit_done;
}

}  // namespace

Command seal_command(const CommandLine& line) {
  const auto file = std::make_shared<std::filesystem::path>();
  CLI::App* app = line.app.add_subcommand(
      "seal", "List what another program has added to a results file, and accept the file as it is");
  app->group(group::trust);
  app->add_option("FILE", *file, "The results file")->required();
  return {app, [file] { return seal_file(*file); }};
}

}  // namespace runner::cli
