#pragma once

#include "runner/compute/aligned_buffer.hpp"
#include "runner/compute/central_differences.hpp"
#include "runner/model/run_spec.hpp"

#include "network_stack.hpp"

#include <cstddef>
#include <span>

namespace runner {

/// The gradient of a network by central differences, and steps down along it.
///
/// It is that of the float32 parameters, in double precision. Sums over the images of a batch are made in
/// `ranges` equal ranges (the last may be shorter), ascending in each, then over the ranges ascending: the
/// bits depend neither on threads nor on instruction set. Used by one thread at a time.
class NumericalStep {
 public:
  /// For batches of at most batch_size images.
  NumericalStep(const CentralDifferences& functions, std::size_t batch_size, std::size_t pixels,
                std::size_t hidden, std::size_t classes);

  /// Finds the gradient of the first network, without weight decay; work is split over the threads of the
  /// caller's arena if `split`.
  void find_gradient(const RunSpec& run, const RawBatch& batch, const StackedParameters& network, bool split);

  // The gradient that was found.
  double w1(std::size_t pixel, std::size_t unit) const;
  double b1(std::size_t unit) const;
  double w2(std::size_t unit, std::size_t label) const;
  double b2(std::size_t label) const;

  /// The step of an optimizer (update_rule.hpp) in double; each parameter and moment is rounded to float32
  /// once.
  void move(Optimizer optimizer, const UpdateConstants<float>& constants, const StackedParameters& network,
            std::span<const StackedParameters> moments) const;

  /// Memory it takes, bytes.
  static double memory(std::size_t batch_size, std::size_t pixels, std::size_t hidden, std::size_t classes);

 private:
  template <class Rule>
  void move_by(const UpdateConstants<double>& constants, const StackedParameters& network,
               std::span<const StackedParameters> moments) const;

  static constexpr std::size_t ranges = 4;

  HiddenBlock hidden_block(std::size_t block, std::size_t image) const;
  SoftmaxParts softmax_parts(std::size_t image) const;
  /// Those of range 0 become the gradient.
  BlockDifferences differences(std::size_t block, std::size_t range) const;
  void add_up(std::size_t block, double factor) const;

  const CentralDifferences& functions_;
  std::size_t batch_size_, pixels_, hidden_, classes_, blocks_;
  AlignedBuffer<double> a_, z_;    // blocks of batch × lanes
  AlignedBuffer<double> e_, sum_;  // batch × classes, batch
  AlignedBuffer<double> sums_;     // blocks × ranges of (pixels + 1 + classes) × lanes
  AlignedBuffer<double> b2_sums_;  // ranges × classes
};

}  // namespace runner
