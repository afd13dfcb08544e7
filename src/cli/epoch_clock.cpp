#include "epoch_clock.hpp"

#include <algorithm>
#include <cstddef>

namespace runner::cli {

void EpochClock::note(std::span<const DurableEpoch> epochs) {
  const Clock::time_point now = Clock::now();
  std::map<std::size_t, std::size_t> counts;  // a commit may hold several epochs of a run
  for (const DurableEpoch& epoch : epochs) ++counts[epoch.run];
  const std::lock_guard lock(mutex_);
  for (const auto& [run, count] : counts) {
    const auto [at, is_new] = in_flight_.try_emplace(run, Run{now});
    if (is_new) continue;
    at->second.seconds =
        std::chrono::duration<double>(now - at->second.last).count() / static_cast<double>(count);
    at->second.last = now;
  }
  for (const DurableEpoch& epoch : epochs)
    if (has_ended(epoch.status)) in_flight_.erase(epoch.run);
}

std::optional<double> EpochClock::left() const {
  const Clock::time_point now = Clock::now();
  std::optional<double> longest;
  const std::lock_guard lock(mutex_);
  for (const auto& [number, run] : in_flight_) {
    if (run.seconds < 0) continue;
    const double gone = std::chrono::duration<double>(now - run.last).count();
    longest = std::max(longest.value_or(0), run.seconds - gone);
  }
  return longest;
}

}  // namespace runner::cli
