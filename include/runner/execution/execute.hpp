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

/// Trains cohorts on all threads of the pool as an oneTBB flow graph, from epoch 0 to the last of `recorded`,
/// and tells the observer of each epoch in it; a cohort that has been trained before begins after
/// Cohort::epoch. Without `recorded`, the epochs are those of the sweep's config.
///
///   cohorts ─▶ [limiter] ─▶ train one epoch ─▶ evaluate ─▶ record (serial) ─▶ observer
///                                ▲                            │
///                                └──────── more epochs ───────┘
///
/// A run that Config::early_stopping's Patience is fulfilled for is told of as `stopped` and leaves its
/// cohort. Where `recorded` ends before the sweep's last epoch, as at a rung of successive halving, runs are
/// told of as TrainedEpoch::paused there.
///
/// An epoch that is not recorded is trained and not evaluated. So a run that diverges is found at the next
/// recorded epoch, and trained until then.
///
/// As many cohorts as threads are in flight, in the order given; when fewer are left, their products are
/// split over the idle threads. Once `stop` is true no further epoch begins, whether recorded or not; those
/// in flight are finished, and recorded where they are to be. `checkpoints` are asked where Cohort::epoch is
/// above 0. Returns true when all was trained, false when stopped before. Throws what the observer throws.
bool execute(const Sweep& sweep, std::span<const Cohort> cohorts, const Dataset& data, Backend backend,
             ThreadPool& pool, Observer& observer, const std::atomic<bool>& stop,
             const Checkpoints* checkpoints = nullptr, const RecordedEpochs* recorded = nullptr);

}  // namespace runner
