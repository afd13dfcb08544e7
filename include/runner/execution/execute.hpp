#pragma once

#include "runner/compute/parallel.hpp"
#include "runner/data/dataset.hpp"
#include "runner/sweep/cohorts.hpp"
#include "runner/sweep/observer.hpp"
#include "runner/training/cohort_trainer.hpp"

#include <atomic>
#include <span>

namespace runner {

/// Trains cohorts on all threads of the pool as an oneTBB flow graph, and tells the observer of every epoch
/// from 0 to sweep.config.epochs; of a cohort that has been trained before, of those after Cohort::epoch.
///
///   cohorts ─▶ [limiter] ─▶ train one epoch ─▶ evaluate ─▶ record (serial) ─▶ observer
///                                ▲                            │
///                                └──────── more epochs ───────┘
///
/// As many cohorts as threads are in flight, in the order given; when fewer are left, their products are
/// split over the idle threads. Once `stop` is true no further epoch begins; those in flight are finished and
/// recorded. `checkpoints` are asked where Cohort::epoch is above 0. Returns true when all was trained, false
/// when stopped before. Throws what the observer throws.
bool execute(const Sweep& sweep, std::span<const Cohort> cohorts, const Dataset& data, Backend backend,
             ThreadPool& pool, Observer& observer, const std::atomic<bool>& stop,
             const Checkpoints* checkpoints = nullptr);

}  // namespace runner
