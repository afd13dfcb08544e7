#include "memory.hpp"

#include "runner/error/error.hpp"
#include "runner/sweep/cohorts.hpp"
#include "runner/system/limits.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <new>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace runner::cli {
namespace {

/// "0.1 GB" would be no help where that is all there is.
std::string amount(double bytes) {
  return bytes < 1e9 ? fmt::format("{:.0f} MB", bytes / 1e6) : fmt::format("{:.1f} GB", bytes / 1e9);
}

/// `bytes`: beyond what the program has taken already, its data set above all.
void require(const std::string& what, double bytes, std::string_view advice = "") {
  const MemoryLimit limit = memory_limit();
  if (const double needed = bytes + limit.taken; needed > limit.bytes)
    throw failure(fmt::format("{} takes {} of memory, and {} {}{}", what, amount(needed), limit.owner,
                              amount(limit.bytes), advice));
}

/// A cohort as one run: its hidden units side by side, with the optimizer that remembers most.
RunSpec stacked(const Cohort& cohort, const Sweep& sweep) {
  RunSpec stack = sweep.runs[cohort.runs.front()].spec;
  stack.hidden_size = 0;
  for (const std::size_t run : cohort.runs) {
    const RunSpec& spec = sweep.runs[run].spec;
    stack.hidden_size += spec.hidden_size;
    if (moment_count(spec.optimizer) > moment_count(stack.optimizer)) stack.optimizer = spec.optimizer;
    stack.weight_decay = std::max(stack.weight_decay, spec.weight_decay);
  }
  return stack;
}

/// Recorded epochs of a run behind the untrained network.
int recorded_of(const Sweep& sweep) {
  return (sweep.config.epochs - 1) / sweep.config.evaluate_every + 1;
}

/// Bytes beyond what the program has taken already.
struct MemoryNeed {
  double largest_cohort = 0;
  std::size_t first_run = 0;  ///< of that cohort
  double training = 0;        ///< all cohorts that may be in training at once
  double table = 0;           ///< of all results, in the end
};

MemoryNeed need_of(const Sweep& sweep, const Dataset& data, const Backend& backend, std::size_t threads) {
  std::vector<std::size_t> all(sweep.runs.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const std::vector<Cohort> cohorts = make_cohorts(sweep, data, all, threads);
  const std::size_t at_once = std::min(threads, cohorts.size());
  // Where there are fewer cohorts than threads, all threads work on each.
  const std::size_t threads_of_each = cohorts.size() < threads ? threads : 1;
  std::vector<std::pair<double, const Cohort*>> needs;
  for (const Cohort& cohort : cohorts)
    needs.emplace_back(memory_to_train(stacked(cohort, sweep), data, backend, threads_of_each), &cohort);
  std::sort(needs.begin(), needs.end(), std::greater<>());
  MemoryNeed need;
  need.largest_cohort = needs.front().first;
  need.first_run = needs.front().second->runs.front();
  for (std::size_t i = 0; i < at_once; ++i) need.training += needs[i].first;
  // As they are read back for the comparison: as the file holds them, and by run.
  constexpr double epoch_bytes = 2 * sizeof(Metrics);
  const int epochs = recorded_of(sweep);
  need.table = static_cast<double>(sweep.runs.size()) * (epochs + 1.0) * epoch_bytes;
  return need;
}

}  // namespace

double require_memory(const Sweep& sweep, const Dataset& data, const Backend& backend, std::size_t threads) {
  const MemoryNeed need = need_of(sweep, data, backend, threads);
  const RunSpec& spec = sweep.runs[need.first_run].spec;
  require(fmt::format("to train hidden_size {} with batch_size {}", spec.hidden_size, spec.batch_size),
          need.largest_cohort);
  require(fmt::format("to train on {} threads", threads), need.training, " (--threads asks for fewer)");
  require(fmt::format("the table of {} runs of {} epochs", sweep.runs.size(), recorded_of(sweep)),
          need.table);
  return std::max(need.training, need.table);
}

void require_some_memory() {
  constexpr std::size_t some = std::size_t{32} << 20;
  void* volatile memory = std::malloc(some);
  if (memory == nullptr) throw std::bad_alloc();
  std::free(memory);
}

}  // namespace runner::cli
