#include "runner/sweep/cohorts.hpp"

#include "runner/error/error.hpp"
#include "runner/sweep/work.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <queue>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

/// Runs that could all be one cohort, were it not too large.
struct Group {
  std::vector<std::size_t> runs;  ///< the widest first
  double cost = 0;
  std::size_t parts = 0;  ///< into how many cohorts it is to be divided, at least
};

std::vector<Group> group_by_batches(const Sweep& sweep, const DatasetFacts& data,
                                    std::span<const std::size_t> runs, std::size_t max_hidden) {
  std::vector<std::size_t> sorted(runs.begin(), runs.end());
  std::sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) {
    const RunSpec& x = sweep.runs[a].spec;
    const RunSpec& y = sweep.runs[b].spec;
    return std::tuple(cohort_key(x), -x.hidden_size, a) < std::tuple(cohort_key(y), -y.hidden_size, b);
  });
  std::vector<Group> groups;
  std::size_t wide = 0;    // runs of this group that are alone
  std::size_t shared = 0;  // hidden units of its other runs
  for (const std::size_t run : sorted) {
    const RunSpec& spec = sweep.runs[run].spec;
    if (groups.empty() || !same_cohort(sweep.runs[groups.back().runs.front()].spec, spec)) {
      groups.emplace_back();
      wide = shared = 0;
    }
    Group& group = groups.back();
    group.runs.push_back(run);
    group.cost += run_cost(spec, data);
    const auto hidden = static_cast<std::size_t>(spec.hidden_size);
    if (hidden > max_hidden)
      ++wide;
    else
      shared += hidden;
    group.parts = wide + (shared + max_hidden - 1) / max_hidden;
  }
  return groups;
}

/// Raises the number of parts, where the parts are largest first, until there is one for each thread or no
/// run to divide from another.
void divide_for_threads(std::vector<Group>& groups, std::size_t threads) {
  const auto part_cost = [](const Group& group) {
    return group.parts < group.runs.size() ? group.cost / static_cast<double>(group.parts) : 0;
  };
  std::size_t parts = 0;
  for (const Group& group : groups) parts += group.parts;
  for (; parts < threads; ++parts) {
    const auto largest = std::max_element(groups.begin(), groups.end(), [&](const Group& a, const Group& b) {
      return part_cost(a) < part_cost(b);
    });
    if (largest == groups.end() || part_cost(*largest) == 0) return;
    ++largest->parts;
  }
}

/// Gives each run, the widest first, to the part that is narrowest so far (longest processing time first); a
/// run that fits in none begins another part.
void divide(const Group& group, const Sweep& sweep, const DatasetFacts& data, std::size_t max_hidden,
            std::vector<Cohort>& cohorts) {
  using Part = std::pair<std::size_t, std::size_t>;  // hidden units so far, cohort
  std::priority_queue<Part, std::vector<Part>, std::greater<>> narrowest;
  for (std::size_t part = 0; part < group.parts; ++part) {
    narrowest.emplace(0, cohorts.size());
    cohorts.emplace_back();
  }
  for (const std::size_t run : group.runs) {
    const RunSpec& spec = sweep.runs[run].spec;
    const auto hidden = static_cast<std::size_t>(spec.hidden_size);
    auto [units, cohort] = narrowest.top();
    if (units == 0 || units + hidden <= max_hidden) {
      narrowest.pop();
    } else {
      units = 0;
      cohort = cohorts.size();
      cohorts.emplace_back();
    }
    cohorts[cohort].runs.push_back(run);
    cohorts[cohort].cost += run_cost(spec, data);
    narrowest.emplace(units + hidden, cohort);
  }
}

}  // namespace

std::vector<Cohort> make_cohorts(const Sweep& sweep, const DatasetFacts& data,
                                 std::span<const std::size_t> runs, std::size_t threads,
                                 std::size_t max_hidden) {
  std::vector<Group> groups = group_by_batches(sweep, data, runs, max_hidden);
  divide_for_threads(groups, threads);
  std::vector<Cohort> cohorts;
  for (const Group& group : groups) divide(group, sweep, data, max_hidden, cohorts);
  for (Cohort& cohort : cohorts) std::sort(cohort.runs.begin(), cohort.runs.end());
  std::sort(cohorts.begin(), cohorts.end(), [](const Cohort& a, const Cohort& b) {
    return std::tuple(-a.cost, a.runs.front()) < std::tuple(-b.cost, b.runs.front());
  });
  return cohorts;
}

Sweep share_of(const Sweep& sweep, const DatasetFacts& data, std::size_t shard, std::size_t shards) {
  if (shards > sweep.runs.size())
    throw bad_input(fmt::format("{} shards are too many: {} has {} runs", shards, sweep.config.file.string(),
                                sweep.runs.size()));
  std::vector<std::size_t> all(sweep.runs.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  // The most expensive first, each to the shard that has least to do.
  using Load = std::pair<double, std::size_t>;
  std::priority_queue<Load, std::vector<Load>, std::greater<>> loads;
  for (std::size_t s = 0; s < shards; ++s) loads.emplace(0, s);
  std::vector<std::size_t> share;
  for (const Cohort& cohort : make_cohorts(sweep, data, all, shards)) {
    const auto [load, least] = loads.top();
    loads.pop();
    loads.emplace(load + cohort.cost, least);
    if (least == shard - 1) share.insert(share.end(), cohort.runs.begin(), cohort.runs.end());
  }
  std::sort(share.begin(), share.end());
  Sweep result{sweep.config, {}, sweep.save_predictions};
  for (const std::size_t run : share) result.runs.push_back(sweep.runs[run]);
  return result;
}

std::vector<Cohort> make_cohorts(const Sweep& sweep, const DatasetFacts& data,
                                 std::span<const std::size_t> runs, std::span<const int> epochs,
                                 std::size_t threads) {
  std::map<int, std::vector<std::size_t>> runs_by_epoch;
  for (const std::size_t run : runs) runs_by_epoch[epochs[run]].push_back(run);
  std::vector<Cohort> all;
  for (const auto& [epoch, equally_long] : runs_by_epoch)
    for (Cohort& cohort : make_cohorts(sweep, data, equally_long, threads)) {
      cohort.epoch = epoch;
      all.push_back(std::move(cohort));
    }
  // So that what a stopped sweep has to keep of runs in flight stays small.
  const auto order = [&](const Cohort& cohort) {
    return std::pair(cohort.epoch == 0, -cohort.cost * (sweep.config.epochs - cohort.epoch));
  };
  std::stable_sort(all.begin(), all.end(),
                   [&](const Cohort& a, const Cohort& b) { return order(a) < order(b); });
  return all;
}

}  // namespace runner
