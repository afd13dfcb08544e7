#include "runner/error/error.hpp"
#include "runner/results/verification.hpp"

#include "commands.hpp"
#include "compute_options.hpp"
#include "exit_codes.hpp"
#include "stop_signal.hpp"

#include <fmt/format.h>

namespace runner::cli {

int verify_file(const VerifyOptions& options) {
  const Backend backend = make_backend(options.compute.kernel, instruction_set_of(options.compute));
  const ResultsData results = read_results(options.file);
  const std::vector<std::size_t> runs =
      sample_runs(results, options.all ? results.runs.size() : options.sample);
  if (runs.empty()) {
    fmt::print("{}: no run has come as far as an epoch yet\n", options.file.string());
    return exit_done;
  }
  const Dataset data = load_origin(results);
  const StopSignal signal([] { fmt::print(stderr, "stopping after this epoch; again to stop now\n"); });
  ThreadPool pool(options.compute.threads);
  const Verification found = verify(results, runs, data, backend, pool, signal.requested());
  for (const Difference& d : found.differences)
    fmt::print("run {}: {} of epoch {} is {} in the file, {} trained again\n", d.run, d.what, d.epoch,
               d.stored, d.trained);
  if (!found.complete) return exit_stopped;
  fmt::print("{}: {} of {} runs trained again, {} epochs: ", options.file.string(), runs.size(),
             results.runs.size(), found.epochs);
  if (found.differences.empty()) {
    fmt::print("every bit is the same\n");
    return exit_done;
  }
  fmt::print(
      "{} runs differ. Data set and arithmetic are those it was made with, and no kernel or processor "
      "changes a\n"
      "bit (it was {} on {}): the file has been changed since, or a machine computed wrongly, then or now.\n",
      found.differences.size(), results.origin.kernel, results.origin.processor);
  return exit_failed;
}

}  // namespace runner::cli
