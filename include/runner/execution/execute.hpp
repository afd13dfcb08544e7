#pragma once

#include "runner/compute/parallel.hpp"
#include "runner/data/dataset.hpp"
#include "runner/model/recorded_epochs.hpp"
#include "runner/sweep/cohorts.hpp"
#include "runner/sweep/observer.hpp"
#include "runner/training/cohort_trainer.hpp"

#include <atomic>
#include <span>

namespace runner {

/// Trains cohorts on all threads of the pool as an oneTBB flow graph, from epoch 0 to the last epoch of
/// `recorded`, and notifies the observer of each epoch in `recorded`. A resumed cohort begins after
/// Cohort::epoch. By default, the recorded epochs are those of the sweep's config.
///
///   cohorts ─▶ [limiter] ─▶ train one epoch ─▶ evaluate ─▶ record (serial) ─▶ observer
///                                ▲                            │
///                                └──────── more epochs ───────┘
///
/// A run that the Patience of Config::early_stopping ends is reported as `stopped`, and leaves its cohort. If
/// `recorded` ends before the sweep's last epoch, as at a rung of successive halving, runs are reported there
/// as TrainedEpoch::paused.
///
/// Runs that differ in their training alone begin with the same network (before_training): it is evaluated
/// once for all of them.
///
/// An epoch that is not recorded is trained but not evaluated. So a diverging run is noticed at the next
/// recorded epoch, and trained until then.
///
/// As many cohorts as threads are in flight, in the order given. When fewer are left, their products are
/// split over the idle threads. Once `stop` is true, no further epoch begins. Epochs in flight are finished,
/// and recorded if they are in `recorded`. `checkpoints` provides the state of cohorts with Cohort::epoch
/// above 0. Returns true if everything was trained, false if it was stopped before. Throws what the observer
/// throws.
bool execute(const Sweep& sweep, std::span<const Cohort> cohorts, const Dataset& data, Backend backend,
             ThreadPool& pool, Observer& observer, const std::atomic<bool>& stop,
             const Checkpoints* checkpoints = nullptr, const RecordedEpochs* recorded = nullptr);

}  // namespace runner
