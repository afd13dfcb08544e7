#pragma once

#include "runner/compute/central_differences.hpp"
#include "runner/compute/kernel.hpp"
#include "runner/data/dataset.hpp"
#include "runner/model/metric.hpp"
#include "runner/model/run_spec.hpp"
#include "runner/model/weights.hpp"

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace runner {

/// A view of one run's parameters in its cohort.
struct WeightsView {
  const float* blocks;  ///< the stack's W1: blocks of pixels × lanes, a hidden unit in each column
  std::size_t first;    ///< the run's first hidden unit in the stack
  const float* b1;      ///< hidden
  const float* W2;      ///< hidden × classes, rows W2_stride apart
  std::size_t W2_stride;
  const float* b2;  ///< classes
  std::size_t hidden;
  std::size_t pixels;
  std::size_t classes;

  /// W1 of the book: from a pixel to a hidden unit.
  float W1(std::size_t pixel, std::size_t unit) const {
    const std::size_t row = first + unit;
    return blocks[(row / lanes * pixels + pixel) * lanes + row % lanes];
  }
};

/// A copy of these parameters.
Weights weights_of(const WeightsView& view);

/// The code that computes; results do not depend on it.
struct Backend {
  const Kernel* kernel;
  const Elementwise* elementwise;
  const CentralDifferences* central_differences;
};

/// Backend by name ("auto", or one of kernel_names()) for an instruction set. Throws as find_kernel.
Backend make_backend(std::string_view kernel, InstructionSet set);

/// Memory in bytes that training a run takes while `threads` threads work on it: the part that grows with its
/// hidden units and its batch. An estimate that is some per cent too high.
double memory_to_train(const RunSpec& run, const Dataset& data, const Backend& backend,
                       std::size_t threads = 1);

/// Trains the runs of one cohort in lockstep, an epoch at a time.
///
/// The hidden layers are stacked: one gathered batch, one first-layer product forward and one backward serve
/// all runs; then each has its own softmax and its own optimizer. A run by numerical gradients is a
/// cohort of its own. Memory is taken at construction and, for each thread that takes part, when it first
/// does: training and evaluation may throw std::bad_alloc. The bits of a run depend on its RunSpec and the
/// data set alone: not on its neighbours, the backend, or `split`.
///
/// A step is, on the images X of a mini-batch and their labels,
///
///   z = activation(X·W1 + b1)   s = z·W2 + b2   dY = gradient of the loss by s
///   db2 = Σ dY   dW2 = zᵀ·dY   dA1 = (dY·W2ᵀ)·slope(z)   db1 = Σ dA1   dW1 = Xᵀ·dA1
///
/// by Kernel (the products with X) and Elementwise, all with the parameters before the step; then each
/// parameter is moved by its gradient (update_rule.hpp). Update n = 1, 2, … of an epoch (batch_order.hpp) is
/// step (epoch − 1)·updates_per_epoch + n of the run.
///
/// Used by one thread at a time. Work inside an epoch is split over the threads of the caller's arena while
/// *split is true.
class CohortTrainer {
 public:
  /// `runs`: one at least, all of one cohort (same_cohort), batch_size ≤ data.train.count
  /// (asserted). `start`: the state of each after `epoch` epochs, or nothing: then they begin untrained.
  /// `data` and `split` must outlive the trainer.
  CohortTrainer(const Dataset& data, std::span<const RunSpec> runs, Backend backend,
                const std::atomic<bool>& split, std::span<const TrainingState> start = {}, int epoch = 0);
  ~CohortTrainer();

  /// The number of runs in training; at first all. Index i below refers to these, in order.
  std::size_t size() const;

  /// Epochs trained, including those before `start`.
  int epoch() const;

  /// Trains one epoch.
  void train_epoch();

  /// Metrics of each run on the whole sets, X passed once for all runs. metrics.size() =
  /// size().
  ///
  /// A set is taken `evaluated_together` images at a time (arithmetic.hpp), the last may be fewer. Their
  /// losses are summed (Elementwise::evaluate), then the sums are added in ascending order, from 0 on, in
  /// double. A loss is float32(sum/images), an accuracy float32(correct/images), each divided in double.
  void evaluate(std::span<Metrics> metrics) const;

  /// For each test image, the class with the largest score of run i (the first, if several) in its last
  /// evaluation. Valid until the trainer changes.
  std::span<const std::uint8_t> test_predictions(std::size_t i) const;

  WeightsView weights(std::size_t i) const;

  /// A copy of the state that run i can be resumed from.
  TrainingState state(std::size_t i) const;

  /// Removes run i, which diverged, from the cohort; the runs behind it move up by one.
  void drop(std::size_t i);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace runner
