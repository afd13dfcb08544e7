#include "runner/error/printable.hpp"
#include "runner/results/outlook.hpp"
#include "runner/sweep/work.hpp"
#include "runner/system/limits.hpp"

#include "commands.hpp"
#include "compute_options.hpp"
#include "exit_codes.hpp"
#include "expectation.hpp"
#include "memory.hpp"
#include "scale_text.hpp"
#include "shares.hpp"
#include "standard_streams.hpp"
#include "topics.hpp"

#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace runner::cli {
namespace {

struct PlanOptions {
  std::filesystem::path config;
  std::vector<std::string> overrides;
  std::filesystem::path output;
  std::size_t shards = 1;
  ComputeOptions compute;
};

/// "1.23 Tflop", "240": three digits and a power of a thousand.
std::string in_thousands(double number, std::string_view unit = "") {
  constexpr std::array<std::string_view, 7> powers{"", "k", "M", "G", "T", "P", "E"};
  std::size_t power = 0;
  for (; number >= 999.5 && power + 1 < powers.size(); ++power) number /= 1000;
  const int decimals = power == 0 || number >= 99.95 ? 0 : number >= 9.995 ? 1 : 2;
  const std::string prefixed = fmt::format("{}{}", powers[power], unit);
  return fmt::format("{:.{}f}{}{}", number, decimals, prefixed.empty() ? "" : " ", prefixed);
}

std::string bytes_text(double bytes) {
  return in_thousands(bytes, "B");
}

/// What the sweep, or one share of it, will take.
struct Plan {
  std::filesystem::path output;
  Outlook outlook;
  std::size_t runs = 0;  ///< of the share
  std::size_t cohorts = 0;
  double memory = 0;  ///< bytes
  double updates = 0, operations = 0;
  Expectation expectation{};
};

Plan plan_of(const Sweep& share, const Dataset& data, double memory, std::size_t threads,
             const Calibration& calibration, std::filesystem::path output) {
  Plan plan;
  plan.output = std::move(output);
  plan.memory = memory;
  plan.outlook = look_ahead(plan.output, share, data);
  plan.runs = share.runs.size();
  const Remainder remainder{share, plan.outlook.missing, plan.outlook.epochs};
  const std::vector<Cohort> cohorts = cohorts_of(remainder, data, threads);
  plan.cohorts = cohorts.size();
  plan.expectation = expectation_of(remainder, data, threads, cohorts, calibration);
  const RecordedEpochs recorded = share.config.recorded_epochs();
  std::set<RunSpec> untrained;
  for (const std::size_t run : plan.outlook.missing) {
    const EpochWork work = epoch_work(share.runs[run].spec, data);
    const int from = plan.outlook.epochs[run];
    const int left = share.config.epochs - from;
    const auto evaluations = static_cast<double>(recorded.size() - recorded.count_to(from));
    const bool is_first = from == 0 && untrained.insert(before_training(share.runs[run].spec)).second;
    plan.updates += static_cast<double>(work.updates) * left * plan.expectation.share;
    // Products alone: two operations for each multiply-add.
    plan.operations +=
        2 * (work.training * left * plan.expectation.share +
             work.evaluation * (evaluations * plan.expectation.share_of_evaluations + (is_first ? 1 : 0)));
  }
  return plan;
}

std::string_view state_of_file(const Outlook& outlook) {
  if (!outlook.exists) return "is not there yet";
  return outlook.is_replaced && !outlook.missing.empty() ? "is there, and will be made larger" : "is there";
}

std::string_view bound(const Plan& plan) {
  return plan.expectation.is_bound ? "at most " : "";
}

std::string file_text(const Plan& plan) {
  const std::string size = bytes_text(static_cast<double>(plan.outlook.bytes));
  return plan.outlook.free_bytes
             ? fmt::format("{}, of {} free", size, bytes_text(static_cast<double>(*plan.outlook.free_bytes)))
             : size;
}

void print_plan(const Plan& plan, const Sweep& sweep, const std::string& machine) {
  print_out("{} {}\n", printable(plan.output.string()), state_of_file(plan.outlook));
  if (plan.outlook.missing.empty()) {
    print_out("nothing to do: it holds all {} runs\n", plan.runs);
    return;
  }
  const auto line = [](std::string_view name, const std::string& text) {
    print_out("{:<12}{}\n", name, text);
  };
  line("runs", fmt::format("{} of {} to train, in {} {}", plan.outlook.missing.size(), plan.runs,
                           plan.cohorts, plan.cohorts == 1 ? "cohort" : "cohorts"));
  const double all = static_cast<double>(plan.runs) * sweep.config.epochs;
  line("epochs", fmt::format("{}{:.0f}{}", bound(plan), plan.expectation.epochs,
                             plan.expectation.epochs < all ? fmt::format(" of {:.0f}", all) : ""));
  line("updates", fmt::format("{}{}", bound(plan), in_thousands(plan.updates)));
  line("arithmetic", fmt::format("{}{}", bound(plan), in_thousands(plan.operations, "flop")));
  const MemoryLimit limit = memory_limit();
  line("memory", fmt::format("{}, of {}", bytes_text(plan.memory + limit.taken), bytes_text(limit.bytes)));
  line("file", file_text(plan));
  line("time", fmt::format("{} on {}", plan.expectation.time(), machine));
}

void print_shares(const std::vector<Plan>& plans, const std::string& machine) {
  print_out("{:>7}{:>8}{:>9}{:>11}{:>12}{:>10}{:>10}  {:<18}{}\n", "shard", "runs", "cohorts", "updates",
            "flop", "memory", "file", "time", "results file");
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const Plan& plan = plans[i];
    const bool is_done = plan.outlook.missing.empty();
    print_out(
        "{:>7}{:>8}{:>9}{:>11}{:>12}{:>10}{:>10}  {:<18}{} {}\n", fmt::format("{}/{}", i + 1, plans.size()),
        plan.outlook.missing.size(), plan.cohorts, in_thousands(plan.updates), in_thousands(plan.operations),
        bytes_text(plan.memory + memory_limit().taken), bytes_text(static_cast<double>(plan.outlook.bytes)),
        is_done ? std::string("nothing to do") : plan.expectation.time(), printable(plan.output.string()),
        state_of_file(plan.outlook));
  }
  print_out("Times are of a machine like this one, each with {}.\n", machine);
}

bool has_room(const Plan& plan) {
  const bool is_made = !plan.outlook.exists || plan.outlook.is_replaced;
  return !is_made || !plan.outlook.free_bytes || plan.outlook.bytes <= *plan.outlook.free_bytes;
}

int print_plan_of(const PlanOptions& options) {
  Config config = read_config(options.config, options.overrides);
  const InstructionSet set = instruction_set_of(options.compute);
  const Backend backend = make_backend(options.compute.kernel, set);
  const Dataset data = load_dataset(config.dataset);
  put_message(scale_text(data));
  const Sweep sweep = expand(std::move(config), data);
  const std::size_t threads = options.compute.threads;
  std::vector<Sweep> shares;
  std::vector<double> memory;  // of each
  for (std::size_t shard = 1; shard <= options.shards; ++shard) {
    shares.push_back(share_for(sweep, data, shard, options.shards));
    memory.push_back(require_memory(shares.back(), data, backend, threads));
  }

  ThreadPool pool(threads);
  const std::atomic<bool> never{false};
  std::vector<std::size_t> all(sweep.runs.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  // Shares are alike: one measurement serves them all. It is on what they train, also where they are few.
  const Calibration calibration(sweep, make_cohorts(sweep, data, all, threads), data, backend, pool,
                                sweep.config.recorded_epochs(), for_a_plan, never);
  std::vector<Plan> plans;
  for (std::size_t i = 0; i < shares.size(); ++i)
    plans.push_back(
        plan_of(shares[i], data, memory[i], threads, calibration,
                options.output.empty() ? default_output(sweep, i + 1, options.shards) : options.output));
  const std::string machine =
      fmt::format("{} threads, kernel {} ({})", threads, backend.kernel->name(), to_string(set));
  if (options.shards == 1)
    print_plan(plans.front(), sweep, machine);
  else
    print_shares(plans, machine);
  int exit_code = exit_done;
  for (const Plan& plan : plans) {
    if (!plan.outlook.obstacle.empty() && !plan.outlook.missing.empty()) {
      print_message("runner: {} cannot be written: {}\n", plan.output.string(), plan.outlook.obstacle);
      exit_code = exit_failed;
    }
    if (has_room(plan)) continue;
    print_message("runner: {} takes {}, but only {} are free in its folder\n", plan.output.string(),
                  bytes_text(static_cast<double>(plan.outlook.bytes)),
                  bytes_text(static_cast<double>(*plan.outlook.free_bytes)));
    exit_code = exit_failed;
  }
  return exit_code;
}

}  // namespace

Command plan_command(const CommandLine& line) {
  const auto options = std::make_shared<PlanOptions>();
  CLI::App* app = line.app.add_subcommand(
      "plan", "Show what a sweep will take: runs, work, memory, disk, and time, measured for two seconds");
  app->group(group::training);
  app->add_option("CONFIG", options->config, "The sweep, a JSON file")->required();
  app->add_option("KEY=VALUE", options->overrides, "Replace keys of the config");
  CLI::Option* output =
      app->add_option("-o,--output", options->output, "The results file (results/<name>.h5)")
          ->type_name("FILE");
  app->add_option("--shards", options->shards, "Plan each of N shares")
      ->check(CLI::Range(std::size_t{1}, std::size_t{100'000}))
      ->excludes(output);
  add_options(*app, options->compute);
  return {app, [options] { return print_plan_of(*options); }};
}

}  // namespace runner::cli
