#include "committer.hpp"

#include "runner/error/error.hpp"

#include "run_progress.hpp"

#include <algorithm>
#include <cassert>
#include <exception>
#include <new>
#include <utility>

namespace runner {
namespace {

/// A record as the file holds it: from the epoch where a run diverges on there are no numbers.
DurableEpoch as_stored(const TrainedEpoch& record) {
  return {record.run, record.epoch, record.status == RunStatus::diverged ? Metrics() : record.metrics,
          record.status};
}

}  // namespace

Committer::Committer(ArrayWriter writer, std::vector<RunProgress> progress, Epochs epochs, bool save_weights,
                     std::chrono::milliseconds interval,
                     std::function<void(std::span<const DurableEpoch>)> notify)
    : writer_(std::move(writer)),
      progress_(std::move(progress)),
      notify_(std::move(notify)),
      epochs_(std::move(epochs)),
      save_weights_(save_weights),
      keep_predictions_(writer_->keeps_predictions()),
      interval_(interval) {
  for (const RunProgress& m : progress_) {
    complete_.push_back(is_complete(m, epochs_.sweep, epochs_.file.last(), save_weights_));
    seconds_.push_back(m.wall_time);
  }
  thread_ = std::thread([this] { work(); });
}

Committer::~Committer() {
  finish();
}

void Committer::add(std::span<const TrainedEpoch> records) {
  std::vector<Pending> copies;
  std::size_t bytes = 0;
  for (const TrainedEpoch& record : records) {
    const bool ended = has_ended(record.status);
    const bool is_last = ended || (record.paused && record.epoch == rung_);
    const bool has_room = record.status == RunStatus::done && record.epoch < epochs_.file.last();
    copies.push_back({as_stored(record),
                      has_room ? RunStatus::running : record.status,
                      ended,
                      is_last,
                      record.seconds,
                      nullptr,
                      {}});
    bytes += sizeof(Pending);
    if (save_weights_ && (record.epoch == 0 || is_last)) {
      copies.back().state = std::make_unique<TrainingState>(record.state());
      bytes += copies.back().state->bytes();
    }
    // The scores of a run that diverged say nothing.
    if (keep_predictions_ && is_last && record.status != RunStatus::diverged) {
      copies.back().predictions.assign(record.test_predictions.begin(), record.test_predictions.end());
      bytes += record.test_predictions.size();
    }
  }

  std::unique_lock lock(mutex_);
  assert(!closing_);
  room_.wait(lock, [&] { return !full() || !error_.empty(); });
  throw_if_failed();
  if (pending_.empty()) oldest_ = std::chrono::steady_clock::now();
  std::move(copies.begin(), copies.end(), std::back_inserter(pending_));
  pending_bytes_ += bytes;
  more_.notify_one();
}

void Committer::close() {
  finish();
  throw_if_failed();
}

void Committer::flush() {
  std::unique_lock lock(mutex_);
  flushing_ = true;
  more_.notify_one();
  idle_.wait(lock, [&] { return (pending_.empty() && !committing_) || !error_.empty(); });
  flushing_ = false;
  throw_if_failed();
}

void Committer::stop(std::span<const DurableEpoch> stopped) {
  if (stopped.empty()) return;
  const std::lock_guard lock(mutex_);
  for (const DurableEpoch& run : stopped) {
    progress_[run.run].status = RunStatus::stopped;
    writer_->write_status(run.run, RunStatus::stopped);
    complete_[run.run] = true;
  }
  writer_->sync();
  writer_->require_in_place();
  if (notify_) notify_(stopped);
}

void Committer::note_session(std::size_t place, const SessionTimes& session) {
  const std::lock_guard lock(mutex_);
  writer_->write_session(place, session);
}

std::vector<std::size_t> Committer::missing() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::size_t> runs;
  for (std::size_t r = 0; r < complete_.size(); ++r)
    if (!complete_[r]) runs.push_back(r);
  return runs;
}

void Committer::throw_if_failed() const {
  if (!error_.empty()) throw failure(error_);
}

void Committer::finish() noexcept {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  more_.notify_one();
  thread_.join();
  writer_.reset();
}

void Committer::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    more_.wait(lock, [&] { return closing_ || !pending_.empty(); });
    if (pending_.empty()) return;
    more_.wait_until(lock, oldest_ + interval_, [&] { return closing_ || flushing_ || full(); });
    const std::vector<Pending> group = std::exchange(pending_, {});
    committing_ = true;
    pending_bytes_ = 0;
    room_.notify_one();

    lock.unlock();
    std::string error;
    try {
      commit(group);
    } catch (const std::bad_alloc&) {
      error = "there is not enough memory";
    } catch (const std::exception& e) {
      error = e.what();
    }
    lock.lock();
    committing_ = false;
    error_ = error;
    idle_.notify_one();
    if (!error_.empty()) {
      room_.notify_one();
      return;
    }
    for (const Pending& p : group)
      if (p.ended) complete_[p.durable.run] = true;
  }
}

void Committer::commit(std::span<const Pending> group) {
  unmark(group);
  write_data(group);
  writer_->sync();
  write_progress(group);
  writer_->require_in_place();
  if (!notify_) return;
  std::vector<DurableEpoch> epochs;
  for (const Pending& p : group) epochs.push_back(p.durable);
  notify_(epochs);
}

void Committer::unmark(std::span<const Pending> group) {
  bool any = false;
  for (const Pending& p : group) {
    const std::size_t run = p.durable.run;
    RunProgress& progress = progress_[run];
    if (p.has_last_state() && progress.weights_epoch >= 0) {
      writer_->write_weights_epoch(run, progress.weights_epoch = -1);
      any = true;
    }
    if (p.has_predictions() && progress.predictions_epoch >= 0) {
      writer_->write_predictions_epoch(run, progress.predictions_epoch = -1);
      any = true;
    }
  }
  if (any) writer_->sync();
}

void Committer::write_data(std::span<const Pending> group) {
  // The epochs of a run side by side, so that each of its rows is written once.
  std::vector<const Pending*> by_run;
  for (const Pending& p : group) by_run.push_back(&p);
  std::stable_sort(by_run.begin(), by_run.end(),
                   [](const Pending* a, const Pending* b) { return a->durable.run < b->durable.run; });

  std::vector<Metrics> epochs;
  for (std::size_t i = 0; i < by_run.size(); i += epochs.size()) {
    const DurableEpoch& first = by_run[i]->durable;
    const std::size_t place = epochs_.file.index_of(first.epoch);
    epochs.clear();
    for (std::size_t k = i; k < by_run.size(); ++k) {
      const DurableEpoch& next = by_run[k]->durable;
      if (next.run != first.run || epochs_.file.index_of(next.epoch) != place + epochs.size()) break;
      epochs.push_back(next.metrics);
    }
    writer_->write_epochs(first.run, place, epochs);
  }

  for (const Pending& p : group) {
    const std::size_t run = p.durable.run;
    if (p.state && p.durable.epoch == 0) writer_->write_initial_weights(run, p.state->weights);
    if (p.has_last_state()) writer_->write_state(run, p.durable.epoch, *p.state);
    if (p.has_predictions()) writer_->write_predictions(run, p.durable.epoch, p.predictions);
  }
}

void Committer::write_progress(std::span<const Pending> group) {
  std::vector<std::size_t> advanced, changed;
  for (const Pending& p : group) {
    const std::size_t run = p.durable.run;
    RunProgress& progress = progress_[run];
    seconds_[run] = p.durable.epoch == 0 ? p.seconds : seconds_[run] + p.seconds;
    const bool diverged = p.durable.status == RunStatus::diverged;
    const int epochs_done = diverged ? epochs_.file.last_before(p.durable.epoch) : p.durable.epoch;
    assert(epochs_.file.last_before(p.durable.epoch) <= progress.epochs_done);
    // A run that was interrupted repeats epochs the file has already, with the same values; its marks wait
    // until it is past them.
    const bool with_last = p.has_last_state() || p.has_predictions();
    if (epochs_done <= progress.epochs_done && !p.ended && !with_last) continue;
    if (p.stored != progress.status) changed.push_back(run);
    if (advanced.empty() || advanced.back() != run) advanced.push_back(run);
    progress = {std::max(epochs_done, progress.epochs_done), p.stored, seconds_[run],
                p.has_last_state() ? p.durable.epoch : progress.weights_epoch,
                diverged              ? -1
                : p.has_predictions() ? p.durable.epoch
                                      : progress.predictions_epoch};
  }

  for (const std::size_t run : advanced) writer_->write_progress(run, progress_[run]);
  if (!advanced.empty()) writer_->sync();
  for (const std::size_t run : changed) writer_->write_status(run, progress_[run].status);
  if (!changed.empty()) writer_->sync();
}

}  // namespace runner
