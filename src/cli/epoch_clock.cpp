#include "epoch_clock.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace runner::cli {

void EpochClock::note(std::span<const DurableEpoch> epochs) {
  const Clock::time_point now = Clock::now();
  std::map<std::size_t, std::pair<int, int>> latest;  // a commit may hold several epochs of a run
  for (const DurableEpoch& epoch : epochs) {
    std::pair<int, int>& last_two = latest.try_emplace(epoch.run, -1, -1).first->second;
    last_two = {last_two.second, epoch.epoch};
  }
  const std::lock_guard lock(mutex_);
  for (const auto& [number, last_two] : latest) {
    const auto [before, epoch] = last_two;
    const auto [at, is_new] = in_flight_.try_emplace(number, Run{now, epoch});
    if (is_new) continue;
    Run& run = at->second;
    run.seconds = std::chrono::duration<double>(now - run.last).count() / std::max(epoch - run.epoch, 1);
    run.step = std::max(epoch - std::max(before, run.epoch), 1);
    run.epoch = epoch;
    run.last = now;
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
    // The epoch in work is the last of a step where all the others have had their time.
    const double begun =
        run.seconds > 0 ? std::min(std::floor(gone / run.seconds), run.step - 1.0) * run.seconds : 0;
    longest = std::max(longest.value_or(0), run.seconds - (gone - begun));
  }
  return longest;
}

}  // namespace runner::cli
