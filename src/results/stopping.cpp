#include "stopping.hpp"

#include "run_progress.hpp"

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

}  // namespace

bool has_come_to(int epoch, const RunProgress& progress, bool saves_weights) {
  return progress.epochs_done >= epoch &&
         (!saves_weights || progress.weights_epoch >= epoch || ended_by_itself(progress));
}

bool is_stopped_by(const Patience& rule, const RecordedEpochs& looked_at, const RecordedEpochs& recorded,
                   std::span<const float> curve, const RunProgress& progress, bool saves_weights) {
  if (ended_by_itself(progress) || progress.epochs_done >= looked_at.last()) return false;
  const std::optional<int> at = stop_epoch(rule, looked_at, recorded, curve);
  return at && has_come_to(*at, progress, saves_weights);
}

RunStatus settled_status(const RunProgress& progress, bool stopped, const Config& config,
                         const RecordedEpochs& of_file, const layout::Parts& parts) {
  const RunStatus status = status_of(progress, of_file.last(), parts);
  const bool may_be_stopped = status == RunStatus::running || status == RunStatus::stopped;
  // What a longer sweep has stopped behind the end of this one is none of its business.
  if (!may_be_stopped || progress.epochs_done >= config.epochs) return status;
  return stopped ? RunStatus::stopped : RunStatus::running;
}

Stopping stopping_of(const Config& config, std::span<const Run> runs, std::span<const RunProgress> progress,
                     const StoredFile& file) {
  Stopping stopping{std::vector<bool>(runs.size()), config.epochs};
  if (!config.early_stopping) return stopping;
  if (const auto* patience = std::get_if<Patience>(&*config.early_stopping)) {
    const RecordedEpochs looked_at = config.recorded_epochs();
    for (std::size_t run = 0; run < runs.size(); ++run) {
      const std::size_t recorded = file.recorded().count_to(progress[run].epochs_done);
      stopping.stopped[run] =
          is_stopped_by(*patience, looked_at, file.recorded(),
                        numbers(file, run, patience->metric, 0, recorded), progress[run], file.has_weights());
    }
    return stopping;
  }
  const auto& halving = std::get<SuccessiveHalving>(*config.early_stopping);
  const RungValue value = [&](std::size_t run, int rung) -> std::optional<float> {
    const RunProgress& its = progress[run];
    if (its.status == RunStatus::diverged && its.epochs_done < rung)
      return std::numeric_limits<float>::quiet_NaN();
    if (!has_come_to(rung, its, file.has_weights())) return std::nullopt;
    return numbers(file, run, halving.metric, file.recorded().index_of(rung), 1)[0];
  };
  const HalvingStanding standing = standing_of(halving, runs, config.epochs, value);
  for (std::size_t run = 0; run < runs.size(); ++run)
    stopping.stopped[run] = standing.stopped_at[run] > 0 && !ended_by_itself(progress[run]);
  stopping.next = standing.next;
  return stopping;
}

}  // namespace runner
