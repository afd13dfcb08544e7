#include "compute_options.hpp"

#include "runner/compute/kernel.hpp"
#include "runner/compute/parallel.hpp"
#include "runner/error/error.hpp"

#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace runner::cli {
namespace {

std::vector<std::string> auto_or_kernel() {
  std::vector<std::string> names{"auto"};
  for (const std::string_view name : kernel_names()) names.emplace_back(name);
  return names;
}

std::vector<std::string> auto_or_instruction_set() {
  std::vector<std::string> names{"auto"};
  for (const InstructionSet set : instruction_sets()) names.emplace_back(to_string(set));
  return names;
}

}  // namespace

void add_options(CLI::App& app, ComputeOptions& options) {
  options.threads = ThreadPool::default_threads();
  app.add_option("-j,--threads", options.threads, "Number of threads")
      ->check(CLI::Range(std::size_t{1}, std::size_t{4096}))
      ->default_str("all that this process may use");
  app.add_option("--kernel", options.kernel,
                 "Implementation of the matrix products; the results are the same with each")
      ->check(CLI::IsMember(auto_or_kernel()))
      ->capture_default_str();
  app.add_option("--instruction-set", options.instruction_set,
                 "Processor instructions to use; the results are the same with each")
      ->check(CLI::IsMember(auto_or_instruction_set()))
      ->capture_default_str();
}

InstructionSet instruction_set_of(const ComputeOptions& options) {
  const std::string& name = options.instruction_set;
  for (const InstructionSet set : instruction_sets()) {
    if (to_string(set) != name) continue;
    if (!supported(set))
      throw bad_input(
          fmt::format("--instruction-set {}: this processor ({}) lacks it", name, processor_name()));
    return set;
  }
  return best_instruction_set();
}

}  // namespace runner::cli
