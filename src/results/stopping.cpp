#include "stopping.hpp"

#include <limits>
#include <optional>
#include <variant>

namespace runner {
namespace {

bool ended_by_itself(const RunProgress& progress) {
  return progress.status == RunStatus::done || progress.status == RunStatus::diverged;
}

std::vector<float> numbers(const StoredFile& file, std::size_t row, Metric metric, std::size_t first,
                           std::size_t count) {
  return file.read_part<float>(info(metric).name, row * file.extent(layout::epoch) + first, count);
}

bool is_stopped(const Patience& rule, const RecordedEpochs& looked_at, std::size_t row,
                const RunProgress& progress, const StoredFile& file) {
  if (ended_by_itself(progress) || progress.epochs_done >= looked_at.last()) return false;
  const RecordedEpochs& recorded = file.recorded();
  const std::optional<int> at = stop_epoch(
      rule, looked_at, recorded, numbers(file, row, rule.metric, 0, recorded.count_to(progress.epochs_done)));
  return at && has_come_to(*at, progress, file);
}

}  // namespace

bool has_come_to(int epoch, const RunProgress& progress, const StoredFile& file) {
  return progress.epochs_done >= epoch &&
         (!file.has_weights() || progress.weights_epoch >= epoch || ended_by_itself(progress));
}

Stopping stopping_of(const Config& config, std::span<const Run> runs, std::span<const RunProgress> progress,
                     const StoredFile& file) {
  Stopping stopping{std::vector<bool>(runs.size()), config.epochs};
  if (!config.early_stopping) return stopping;
  if (const auto* patience = std::get_if<Patience>(&*config.early_stopping)) {
    const RecordedEpochs looked_at = config.recorded_epochs();
    for (std::size_t run = 0; run < runs.size(); ++run)
      stopping.stopped[run] = is_stopped(*patience, looked_at, run, progress[run], file);
    return stopping;
  }
  const auto& halving = std::get<SuccessiveHalving>(*config.early_stopping);
  const RungValue value = [&](std::size_t run, int rung) -> std::optional<float> {
    const RunProgress& its = progress[run];
    if (its.status == RunStatus::diverged && its.epochs_done < rung)
      return std::numeric_limits<float>::quiet_NaN();
    if (!has_come_to(rung, its, file)) return std::nullopt;
    return numbers(file, run, halving.metric, file.recorded().index_of(rung), 1)[0];
  };
  const HalvingStanding standing = standing_of(halving, runs, config.epochs, value);
  for (std::size_t run = 0; run < runs.size(); ++run)
    stopping.stopped[run] = standing.stopped_at[run] > 0 && !ended_by_itself(progress[run]);
  stopping.next = standing.next;
  return stopping;
}

}  // namespace runner
