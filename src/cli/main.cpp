#include "runner/error/error.hpp"

#include "commands.hpp"
#include "exit_codes.hpp"
#include "options.hpp"

#include <exception>
#include <iostream>
#include <new>
#include <variant>

namespace {

int execute(const runner::cli::RunOptions& options) {
  return runner::cli::run_sweep(options);
}
int execute(const runner::cli::CompareOptions& options) {
  return runner::cli::compare_file(options);
}
int execute(const runner::cli::ReportOptions& options) {
  return runner::cli::report_file(options);
}
int execute(const runner::cli::WatchOptions& options) {
  return runner::cli::watch_file(options);
}
int execute(const runner::cli::VerifyOptions& options) {
  return runner::cli::verify_file(options);
}
int execute(const runner::cli::GradcheckOptions& options) {
  return runner::cli::gradcheck(options);
}
int execute(const runner::cli::MergeOptions& options) {
  return runner::cli::merge_files(options);
}
int execute(const runner::cli::Finished& finished) {
  return finished.exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace runner::cli;
  try {
    return std::visit([](const auto& options) { return execute(options); }, parse_arguments(argc, argv));
  } catch (const runner::Error& e) {
    if (e.kind() == runner::ErrorKind::stopped) return exit_stopped;
    std::cerr << "runner: " << e.what() << '\n';
    return e.kind() == runner::ErrorKind::bad_input ? exit_bad_input : exit_failed;
  } catch (const std::bad_alloc&) {
    std::cerr << "runner: there is not enough memory\n";
    return exit_failed;
  } catch (const std::exception& e) {
    std::cerr << "runner: " << e.what() << '\n';
    return exit_failed;
  }
}
