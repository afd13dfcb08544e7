#pragma once

#include "runner/model/dataset_facts.hpp"
#include "runner/model/run_spec.hpp"

#include <cstddef>

namespace runner {

/// The work of one epoch of a run, counted before it is trained.
///
/// H hidden units, D pixels, C classes; T trained images (with replacement: those of its full batches); U
/// updates, each of which writes W1 twice, as float32 and in fixed point; E evaluated images of all sets.
struct EpochWork {
  std::size_t updates;     ///< U
  std::size_t trained;     ///< T
  std::size_t evaluated;   ///< E
  double training;         ///< multiply-adds of the products of training: H·T·(2·D + 3·C)
  double weights_written;  ///< 2·H·D·U
  double evaluation;       ///< multiply-adds of the products of an evaluation: H·E·(D + C)

  double training_cost() const { return training + weights_written; }
};

/// Numerical gradients add H·C·T times some thousand to `training`.
EpochWork epoch_work(const RunSpec& spec, const DatasetFacts& data);

/// Predicted work of one epoch of a run, in multiply-adds: all of EpochWork.
///
/// Every epoch counts as evaluated: evaluate_every is the same for all runs of a sweep, so only ratios
/// matter.
double run_cost(const RunSpec& spec, const DatasetFacts& data);

}  // namespace runner
