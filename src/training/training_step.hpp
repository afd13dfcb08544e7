#pragma once

#include "runner/compute/aligned_buffer.hpp"
#include "runner/training/cohort_trainer.hpp"

#include "mini_batches.hpp"
#include "network_stack.hpp"
#include "numerical_step.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace runner {

/// One step of training of all stacked networks on one batch: by back-propagation, or down along the
/// numerical gradient of the one network there is.
///
/// Back-propagation goes forward block by block, then through the second layer network by network, then back
/// block by block. Memory is taken at construction, but for what each thread needs for a block, which it
/// takes at its first. Used by one thread at a time; work is split over the threads of the caller's arena
/// while *split is true.
class TrainingStep {
 public:
  /// For batches of at most batch_size images. `stack` and `split` outlive the step.
  TrainingStep(NetworkStack& stack, const Backend& backend, Gradient gradient, std::size_t batch_size,
               const std::atomic<bool>& split);

  /// Step `step` of all networks on `batch`; steps count from 1 over all epochs. Calls `meanwhile` once, on
  /// any thread, when batch.raw is not needed any more.
  void train(const Batch& batch, std::uint64_t step, const std::function<void()>& meanwhile);

  /// Writes down the gradient by back-propagation on `batch`, without dropout, and moves nothing.
  void find_gradient(const Batch& batch, const StackedParameters& gradient);

 private:
  /// What one thread needs for the backward pass of a block of units.
  struct BlockMemory {
    AlignedBuffer<float> delta;       // dA1: batch × lanes
    AlignedBuffer<std::byte> digits;  // the same in fixed point
    AlignedBuffer<Factors> factors;   // one
    AlignedBuffer<float> db1;         // lanes
    AlignedBuffer<float> dw2;         // lanes × padded(classes)
    AlignedBuffer<float> dw1;         // pixels × lanes, once it is needed: plain gradient descent keeps none
  };

  void forward(const Batch& batch, bool parallel, std::uint64_t step);
  void score_gradient(std::size_t network, const Batch& batch);
  BlockMemory& memory_of(std::size_t slot);
  FixedPointBlock backward(std::size_t block, const Batch& batch, const std::uint16_t* kept,
                           BlockMemory& memory, float* db1, float* dw2);
  void move_block(std::size_t block, const Batch& batch, BlockMemory& memory);
  template <class Place>
  void move(std::size_t network, bool decays, const float* gradient, std::size_t n, const Place& place);
  void train_numerically(const Batch& batch, bool parallel);

  float* z_block(std::size_t block, std::size_t images) const { return z_.data() + block * images * lanes; }
  std::uint16_t* kept_block(std::size_t block) const { return kept_.data() + block * batch_size_; }
  float* dy(std::size_t network, std::size_t images) const {
    return dy_.data() + network * stack_.classes() * padded(images);
  }

  NetworkStack& stack_;
  const Kernel& kernel_;
  const Elementwise& ops_;
  const std::atomic<bool>& split_;
  std::size_t batch_size_;
  AlignedBuffer<float> z_;                  // blocks of batch × lanes
  AlignedBuffer<std::uint16_t> kept_;       // blocks × batch, where units are dropped
  AlignedBuffer<float> dy_;                 // networks × classes × padded batch
  std::vector<BlockMemory> block_memory_;   // by slot
  std::optional<NumericalStep> numerical_;  // where that is how gradients are found
};

}  // namespace runner
