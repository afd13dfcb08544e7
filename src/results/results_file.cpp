#include "runner/results/results_file.hpp"

#include "runner/error/error.hpp"
#include "runner/files/replacement.hpp"
#include "runner/model/versions.hpp"
#include "runner/results/results_data.hpp"

#include "checkpoint.hpp"
#include "committer.hpp"
#include "creation.hpp"
#include "run_progress.hpp"
#include "seal.hpp"
#include "stored_file.hpp"
#include "writer_lock.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

/// The path to work with: absolute and free of links, so that two names of one file share one lock and a
/// rename keeps the link.
fs::path prepare(const fs::path& file) {
  const fs::path path = without_links(file);
  if (!path.has_filename() || fs::is_directory(path))
    throw bad_input(fmt::format("the results file {} is a folder", file.string()));
  if (fs::exists(path) && !fs::is_regular_file(path))
    throw bad_input(fmt::format("{} is a device or a pipe, not a results file", file.string()));
  fs::create_directories(path.parent_path());
  return path;
}

/// Reasons why this file cannot be gone on with, one clause each: other data or other sizes of it, other
/// weights to save.
std::vector<std::string> resume_conflicts(const StoredFile& stored, const Sweep& sweep,
                                          const DatasetFacts& data) {
  std::vector<std::string> found;
  const auto weights = [](bool saved) { return saved ? "true" : "false"; };
  if (stored.has_weights() != sweep.config.save_weights)
    found.push_back(fmt::format("save_weights: {} in the file, {} now", weights(stored.has_weights()),
                                weights(sweep.config.save_weights)));
  for (const auto& [key, size] :
       {std::pair("train_size", data.train_size), std::pair("validation_size", data.validation_size),
        std::pair("test_size", data.test_size)})
    if (const std::int64_t then = stored.integer(key); then != static_cast<std::int64_t>(size))
      found.push_back(fmt::format("{}: {} in the file, {} now", key, then, size));
  for (std::size_t f = 0; f < data.files.size(); ++f)
    if (stored.text(fmt::format("{}_sha256", dataset_file_names[f])) != data.files[f].sha256)
      found.push_back(fmt::format("the contents of {} are not those of {} then", data.files[f].path.string(),
                                  stored.text(fmt::format("{}_path", dataset_file_names[f]))));
  return found;
}

/// Whether the file's rows and epochs are those of the sweep as it is now. Throws where it cannot be gone on
/// with.
bool is_up_to_date(const fs::path& file, const Sweep& sweep, const DatasetFacts& data, bool prune) {
  const auto refuse = [&](const std::string& why) {
    return bad_input(
        fmt::format("the results file {} cannot be gone on with: {}; name=… gives this sweep a file of its "
                    "own (or --output), "
                    "--fresh deletes what the file holds and starts anew",
                    file.string(), why));
  };
  StoredFile stored(file);
  if (const std::int64_t version = stored.integer("arithmetic_version"); version != arithmetic_version)
    throw refuse(
        fmt::format("it has version {} of the arithmetic, this program has {}", version, arithmetic_version));
  const std::vector<std::string> found = resume_conflicts(stored, sweep, data);
  if (!found.empty()) throw refuse(fmt::format("{}", fmt::join(found, "; ")));

  // One with more epochs, behind the sweep's or in between, holds what fewer would be.
  if (!stored.recorded().contains_all(sweep.config.recorded_epochs())) return false;
  const std::vector<std::string> digests = stored.digests();
  const auto index = stored.read<std::int32_t>("run");
  if (digests.size() < sweep.runs.size() || (prune && digests.size() > sweep.runs.size())) return false;
  for (std::size_t r = 0; r < digests.size(); ++r) {
    const bool in_sweep = r < sweep.runs.size();
    if (index[r] != (in_sweep ? sweep.runs[r].index : -1)) return false;
    if (in_sweep && digests[r] != sweep.runs[r].digest) return false;
  }
  return true;
}

/// Puts down the status where a writer ended before it could.
void settle(std::vector<RunProgress>& progress, int epochs, bool save_weights, ArrayWriter& writer) {
  bool any = false;
  for (std::size_t run = 0; run < progress.size(); ++run) {
    const RunStatus status = status_of(progress[run], epochs, save_weights);
    if (status == progress[run].status) continue;
    progress[run].status = status;
    writer.write_status(run, status);
    any = true;
  }
  if (any) writer.sync();
}

}  // namespace

struct ResultsFile::State {
  State(const fs::path& file, const Note& heard) : lock(file, heard), note(heard) {}

  /// Where a run is gone on from by the checkpoint, if by that.
  const Snapshot* snapshot(std::size_t run) const {
    const auto found = begun.find(runs[run].digest);
    return found != begun.end() && found->second.epoch == epochs[run] ? &found->second : nullptr;
  }

  void keep_checkpoint();

  WriterLock lock;
  const Note note;
  fs::path path;
  std::optional<StoredFile> stored;
  std::vector<Run> runs;      // of the sweep
  std::vector<int> epochs;    // that each goes on from
  std::vector<int> recorded;  // the last that each had on file at the start
  RecordedEpochs of_sweep;    // the epochs of the file, as far as the sweep goes
  bool had_checkpoint = false;
  Checkpoint begun;    // what was in flight when the sweep was stopped before
  Checkpoint stopped;  // and what is now
  std::optional<Committer> committer;
};

/// Also what was in flight before and has not had its turn is kept.
void ResultsFile::State::keep_checkpoint() {
  for (const std::size_t run : committer->missing())
    if (const auto found = begun.find(runs[run].digest); found != begun.end()) stopped.insert(*found);
  if (!stopped.empty() || had_checkpoint) write_checkpoint(checkpoint_path(path), stopped, path, note);
}

ResultsFile::ResultsFile(const fs::path& file, const Sweep& sweep, const DatasetFacts& data,
                         const Provenance& provenance, Options options) try {
  const fs::path path = prepare(file);
  const Creation how{options.prune, sweep.config.recorded_epochs(), {options.stop}, options.note};
  state_ = std::make_unique<State>(path, options.note);
  remove_unfinished(path);
  remove_unfinished(checkpoint_path(path));
  // The mark of an HDF5 writer says nothing, as one that was killed leaves it; its lock does.
  std::optional<Descriptor> kept;
  if (fs::exists(path)) keep_others_from_writing(kept.emplace(path, O_RDONLY | O_NONBLOCK));

  // What the runs had in a file that is replaced: those with a gap lose epochs.
  std::unordered_map<std::string, int> had;
  if (!fs::exists(path)) {
    create_results(path, sweep, data, provenance, {}, how);
  } else if (options.fresh) {
    require_results_file(path);
    create_results(path, sweep, data, provenance, {}, how);
    fs::remove(checkpoint_path(path));
  } else if (!is_up_to_date(path, sweep, data, options.prune)) {
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
  settle(progress, recorded.last(), sweep.config.save_weights, writer);
  state_->of_sweep = recorded.up_to(sweep.config.epochs);
  state_->path = path;
  state_->runs = sweep.runs;
  std::map<std::string, SnapshotShape> shapes;
  for (const Run& run : sweep.runs)
    shapes.emplace(run.digest,
                   SnapshotShape{{data.pixels, static_cast<std::size_t>(run.spec.hidden_size), data.classes},
                                 moment_count(run.spec.optimizer)});
  state_->begun = read_checkpoint(checkpoint_path(path), shapes);
  state_->had_checkpoint = fs::exists(checkpoint_path(path));
  for (std::size_t run = 0; run < progress.size(); ++run) {
    // Weights of a run that diverged are of the epoch that is not recorded any more, those of a file that was
    // begun anew of epochs that it does not have yet. Those of an epoch that is not to be recorded are as
    // good as others, if all epochs before it are there.
    const auto usable = [&](int epoch) {
      const bool all_before = epoch < recorded.next_after(progress[run].epochs_done);
      return epoch > 0 && all_before && epoch < sweep.config.epochs ? epoch : 0;
    };
    const auto begun = state_->begun.find(sweep.runs[run].digest);
    const auto before = had.find(sweep.runs[run].digest);
    state_->recorded.push_back(
        std::max(progress[run].epochs_done, before == had.end() ? -1 : before->second));
    state_->epochs.push_back(std::max(usable(progress[run].weights_epoch),
                                      begun == state_->begun.end() ? 0 : usable(begun->second.epoch)));
  }
  state_->committer.emplace(std::move(writer), std::move(progress),
                            Committer::Epochs{sweep.config.epochs, recorded}, sweep.config.save_weights,
                            options.commit_interval, std::move(options.notify));
} catch (const fs::filesystem_error& error) {
  throw failure(fmt::format("cannot use the results file {}: {}", file.string(), error.code().message()));
}

ResultsFile::~ResultsFile() = default;

std::vector<std::size_t> ResultsFile::missing() const {
  return state_->committer->missing();
}

std::vector<int> ResultsFile::epochs() const {
  return state_->epochs;
}

const RecordedEpochs& ResultsFile::recorded() const {
  return state_->of_sweep;
}

std::size_t ResultsFile::begun_anew() const {
  std::size_t count = 0;
  for (const std::size_t run : missing())
    count += state_->epochs[run] == 0 && state_->recorded[run] > 0 ? 1 : 0;
  return count;
}

TrainingState ResultsFile::state(std::size_t run) const {
  if (const Snapshot* snapshot = state_->snapshot(run)) return snapshot->state;
  return read_state(*state_->stored, run, state_->runs[run].spec);
}

void ResultsFile::compare(std::size_t run, const Metrics& evaluated) const {
  const StoredFile& stored = *state_->stored;
  const int epoch = state_->epochs[run];
  const std::size_t place = stored.recorded().index_of(epoch);
  for (const MetricInfo& metric : metric_table) {
    if (!stored.parts().has(metric)) continue;
    const float recorded =
        stored.read_part<float>(metric.name, run * stored.extent(layout::epoch) + place, 1)[0];
    const float now = canonical(evaluated[metric.metric]);
    if (!unrecorded(metric, recorded) && !same_bits(recorded, now))
      throw bad_input(fmt::format(
          "the results file {} is damaged: the weights of run {} after epoch {} give a {} of {}, recorded "
          "was {}; "
          "runner verify finds what has changed",
          state_->path.string(), state_->runs[run].index, epoch, metric.name, now, recorded));
  }
}

void ResultsFile::on_epoch(std::span<const TrainedEpoch> records) {
  on_stop_between(records);
  state_->committer->add(records);
}

void ResultsFile::on_stop_between(std::span<const TrainedEpoch> records) {
  for (const TrainedEpoch& record : records)
    if (record.stopped && record.epoch > 0)
      state_->stopped.insert_or_assign(state_->runs[record.run].digest,
                                       Snapshot{record.epoch, record.state()});
}

void ResultsFile::close() {
  state_->committer->close();
  state_->keep_checkpoint();
  state_->lock.release();
}

}  // namespace runner
