#include "runner/results/results_file.hpp"

#include "runner/error/error.hpp"
#include "runner/files/replacement.hpp"
#include "runner/results/results_data.hpp"
#include "runner/system/limits.hpp"

#include "checkpoint.hpp"
#include "committer.hpp"
#include "creation.hpp"
#include "damage.hpp"
#include "resumption.hpp"
#include "run_progress.hpp"
#include "seal.hpp"
#include "sessions.hpp"
#include "stopping.hpp"
#include "stored_file.hpp"
#include "writer_lock.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

/// What is on file of a run after an epoch, NaN for a metric that the file does not have.
Metrics recorded_metrics(const StoredFile& stored, std::size_t run, int epoch) {
  const std::size_t place = run * stored.extent(layout::epoch) + stored.recorded().index_of(epoch);
  Metrics metrics;
  for (const MetricInfo& metric : metric_table)
    if (stored.parts().has(metric))
      metrics[metric.metric] = stored.read_part<float>(metric.name, place, 1)[0];
  return metrics;
}

/// Puts down the status where a writer ended before it could, or early stopping has another rule now.
void settle(std::vector<RunProgress>& progress, const Config& config, const RecordedEpochs& recorded,
            const layout::Parts& parts, const Stopping& stopping, ArrayWriter& writer) {
  std::vector<std::size_t> changed;
  for (std::size_t run = 0; run < progress.size(); ++run) {
    RunProgress& its = progress[run];
    const RunStatus status = settled_status(its, stopping.stopped[run], config, recorded, parts);
    if (status == its.status) continue;
    // A writer that was killed may have left numbers behind the mark.
    if (status == RunStatus::stopped) writer.clear_epochs(run, recorded.count_to(its.epochs_done));
    its.status = status;
    changed.push_back(run);
  }
  if (changed.empty()) return;
  writer.sync();
  for (const std::size_t run : changed) writer.write_status(run, progress[run].status);
  writer.sync();
}

}  // namespace

struct ResultsFile::State {
  State(const fs::path& file, const Note& heard) : lock(file, heard), note(heard) {}

  /// Where a run is gone on from by the checkpoint, if by that.
  const Snapshot* snapshot(std::size_t run) const {
    const Snapshot* snapshot = snapshot_of(begun, runs[run]);
    return snapshot != nullptr && snapshot->epoch == epochs[run] ? snapshot : nullptr;
  }

  void keep_checkpoint();
  void find_epochs(std::span<const RunProgress> progress);
  void set_target(int epoch);

  WriterLock lock;
  const Note note;
  fs::path path;
  std::optional<StoredFile> stored;
  Config config;                       // of the sweep
  std::vector<Run> runs;               // likewise
  int target = 0;                      // the epoch to train to: the next rung, or the sweep's last
  std::vector<int> epochs;             // that each goes on from
  std::vector<int> recorded;           // the last that each had on file at the start
  RecordedEpochs of_sweep;             // the epochs of the file, as far as the target
  double room = 0;                     // for states of runs that wait at a rung, in bytes
  std::optional<std::size_t> session;  // where the times of this session are put down
  bool had_checkpoint = false;
  Checkpoint begun;    // what was in flight when the sweep was stopped before
  Checkpoint stopped;  // and what is now
  std::optional<Committer> committer;
};

/// Also what was in flight before and has not had its turn is kept.
void ResultsFile::State::keep_checkpoint() {
  for (const std::size_t run : committer->missing())
    if (const auto found = begun.find(runs[run].digest); found != begun.end())
      stopped.insert(begun.extract(found));
  if (!stopped.empty() || had_checkpoint) write_checkpoint(checkpoint_path(path), stopped, path, note);
}

void ResultsFile::State::find_epochs(std::span<const RunProgress> progress) {
  epochs.clear();
  for (std::size_t run = 0; run < runs.size(); ++run) {
    const bool waits = target < config.epochs && has_come_to(target, progress[run], stored->has_weights());
    epochs.push_back(epoch_to_go_on_from(progress[run], snapshot_of(begun, runs[run]), stored->recorded(),
                                         waits ? target : target - 1));
  }
}

void ResultsFile::State::set_target(int epoch) {
  target = epoch;
  of_sweep = stored->recorded().up_to(target);
  constexpr double share = 0.25;
  const MemoryLimit limit = memory_limit();
  room = share * std::max(limit.bytes - limit.taken, 0.0);
}

ResultsFile::ResultsFile(const fs::path& file, const Sweep& sweep, const DatasetFacts& data,
                         const Provenance& provenance, Options options) try {
  const fs::path path = path_to_work_with(file);
  fs::create_directories(path.parent_path());
  const Creation how{options.prune, sweep.config.recorded_epochs(), {options.stop}, options.note};
  state_ = std::make_unique<State>(path, options.note);
  remove_unfinished(path);
  remove_unfinished(checkpoint_path(path));
  // The mark of an HDF5 writer says nothing, as one that was killed leaves it; its lock does.
  std::optional<Descriptor> kept;
  if (fs::exists(path)) keep_others_from_writing(kept.emplace(path, O_RDONLY | O_NONBLOCK));

  // What the runs had in a file that is replaced: those with a gap lose epochs.
  std::unordered_map<std::string, int> had;
  if (fs::exists(path) && !options.fresh) require_undamaged(path);
  if (!fs::exists(path)) {
    create_results(path, sweep, data, provenance, {}, how);
  } else if (options.fresh) {
    require_results_file(path);
    create_results(path, sweep, data, provenance, {}, how);
    fs::remove(checkpoint_path(path));
  } else if (!is_up_to_date(StoredFile(path), sweep, data, options.prune)) {
    const ResultsData earlier = read_results(path);
    for (const StoredRun& run : earlier.runs) had.emplace(run.run.digest, run.epochs_done);
    // No epoch of the file's is lost where fewer are asked for.
    Sweep longest = sweep;
    longest.config = with_epochs(sweep.config, std::max(sweep.config.epochs, earlier.epochs()));
    create_results(path, longest, data, provenance, {&earlier, 1}, how);
  }

  // Rows are now those of the sweep, in its order.
  const StoredFile& stored = state_->stored.emplace(path);
  ArrayWriter writer(path, stored);
  std::vector<RunProgress> progress = read_progress(stored);
  progress.resize(sweep.runs.size());
  const RecordedEpochs& recorded = stored.recorded();
  const Stopping stopping = stopping_of(sweep.config, sweep.runs, progress, stored);
  settle(progress, sweep.config, recorded, stored.parts(), stopping, writer);
  state_->path = path;
  state_->config = sweep.config;
  state_->runs = sweep.runs;
  state_->set_target(stopping.next);
  state_->begun = read_checkpoint_of(path, sweep, data);
  state_->had_checkpoint = fs::exists(checkpoint_path(path));
  state_->find_epochs(progress);
  for (std::size_t run = 0; run < progress.size(); ++run) {
    const auto before = had.find(sweep.runs[run].digest);
    state_->recorded.push_back(
        std::max(progress[run].epochs_done, before == had.end() ? -1 : before->second));
  }
  state_->committer.emplace(std::move(writer), std::move(progress),
                            Committer::Epochs{sweep.config.epochs, recorded}, sweep.config.save_weights,
                            options.commit_interval, std::move(options.notify));
  state_->committer->set_rung(state_->target);
} catch (const fs::filesystem_error& error) {
  throw failure(fmt::format("cannot use the results file {}: {}", file.string(), error.code().message()));
}

ResultsFile::~ResultsFile() = default;

std::vector<std::size_t> ResultsFile::missing() const {
  return state_->committer->missing();
}

std::vector<std::size_t> ResultsFile::due() const {
  State& s = *state_;
  std::vector<std::size_t> runs = missing();
  if (s.target == s.config.epochs) return runs;
  s.committer->flush();
  const std::span<const RunProgress> progress = s.committer->progress();
  std::erase_if(
      runs, [&](std::size_t run) { return has_come_to(s.target, progress[run], s.stored->has_weights()); });
  return runs;
}

bool ResultsFile::next_rung() {
  State& s = *state_;
  if (s.target == s.config.epochs) return false;
  s.committer->flush();
  const Stopping stopping = stopping_of(s.config, s.runs, s.committer->progress(), *s.stored);
  std::vector<DurableEpoch> stopped;
  for (const std::size_t run : s.committer->missing()) {
    if (!stopping.stopped[run]) continue;
    const int epoch = s.committer->progress()[run].epochs_done;
    stopped.push_back({run, epoch, recorded_metrics(*s.stored, run, epoch), RunStatus::stopped});
  }
  s.committer->stop(stopped);

  Checkpoint kept;
  for (const std::size_t run : s.committer->missing())
    for (Checkpoint* from : {&s.stopped, &s.begun})
      if (const auto found = from->find(s.runs[run].digest); found != from->end())
        kept.insert(from->extract(found));
  s.begun = std::move(kept);
  s.stopped.clear();
  if (!s.begun.empty() || s.had_checkpoint)
    write_checkpoint(checkpoint_path(s.path), s.begun, s.path, s.note);
  s.had_checkpoint = !s.begun.empty();
  s.set_target(stopping.next);
  s.committer->set_rung(s.target);
  s.find_epochs(s.committer->progress());
  return true;
}

void ResultsFile::note_session(const SessionTimes& session) {
  State& s = *state_;
  if (!s.stored->parts().has_sessions()) return;
  if (!s.session) s.session = place_of_next_session(*s.stored);
  s.committer->flush();
  s.committer->note_session(*s.session, session);
}

std::vector<int> ResultsFile::epochs() const {
  return state_->epochs;
}

const RecordedEpochs& ResultsFile::recorded() const {
  return state_->of_sweep;
}

std::size_t ResultsFile::begun_anew() const {
  std::size_t count = 0;
  for (const std::size_t run : due()) count += state_->epochs[run] == 0 && state_->recorded[run] > 0 ? 1 : 0;
  return count;
}

TrainingState ResultsFile::state(std::size_t run) const {
  if (const Snapshot* snapshot = state_->snapshot(run)) return snapshot->state;
  return read_state(*state_->stored, run, state_->runs[run].spec);
}

std::vector<float> ResultsFile::curve(std::size_t run, Metric metric) const {
  const StoredFile& stored = *state_->stored;
  return stored.read_part<float>(info(metric).name, run * stored.extent(layout::epoch),
                                 stored.recorded().count_to(state_->epochs[run]));
}

void ResultsFile::compare(std::size_t run, const Metrics& evaluated) const {
  const StoredFile& stored = *state_->stored;
  const int epoch = state_->epochs[run];
  const Metrics all = recorded_metrics(stored, run, epoch);
  for (const MetricInfo& metric : metric_table) {
    if (!stored.parts().has(metric)) continue;
    const float recorded = all[metric.metric];
    const float now = canonical(evaluated[metric.metric]);
    if (!unrecorded(metric, recorded) && !same_bits(recorded, now))
      throw bad_input(fmt::format(
          "the results file {} is damaged: the weights of run {} after epoch {} give a {} of {}, but {} was "
          "recorded; runner verify finds what has changed",
          state_->path.string(), state_->runs[run].index, epoch, metric.name, now, recorded));
  }
}

void ResultsFile::on_epoch(std::span<const TrainedEpoch> records) {
  on_stop_between(records);
  state_->committer->add(records);
}

void ResultsFile::on_stop_between(std::span<const TrainedEpoch> records) {
  State& s = *state_;
  for (const TrainedEpoch& record : records) {
    if (!record.paused || record.epoch == 0) continue;
    const bool waits = record.epoch == s.target;
    if (waits && s.config.save_weights) continue;  // its weights go to the file
    Snapshot snapshot{record.epoch, record.state()};
    // In flight are few. At a rung nearly all of the sweep may wait.
    if (waits && (s.room -= static_cast<double>(snapshot.state.bytes())) < 0) continue;
    s.stopped.insert_or_assign(s.runs[record.run].digest, std::move(snapshot));
  }
}

void ResultsFile::close() {
  state_->committer->close();
  state_->keep_checkpoint();
  state_->lock.release();
}

}  // namespace runner
