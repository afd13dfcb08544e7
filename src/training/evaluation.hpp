#pragma once

#include "runner/compute/aligned_buffer.hpp"
#include "runner/training/cohort_trainer.hpp"

#include "network_stack.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace runner {

/// Loss and accuracy of all stacked networks on whole sets.
///
/// A set is cut into groups of images that are evaluated together, all networks on each; losses are summed
/// within a group, then over the groups in order, so that the bits do not depend on threads. Used by one
/// thread at a time; the groups are split over the threads of the caller's arena while *split is true.
class Evaluation {
 public:
  /// Images in a group: part of the arithmetic.
  static constexpr std::size_t group_size = 256;

  /// For the sets of `data`. `stack`, `data` and `split` outlive the evaluation.
  Evaluation(const NetworkStack& stack, const Dataset& data, const Backend& backend,
             const std::atomic<bool>& split);

  /// Metrics of each network; metrics.size() = stack.size().
  void evaluate(std::span<Metrics> metrics);

 private:
  /// What one thread needs to evaluate a group.
  struct GroupMemory {
    AlignedBuffer<std::byte> packed;
    AlignedBuffer<float> z;       // blocks of images × lanes
    AlignedBuffer<float> scores;  // classes × padded images
  };

  /// Sums over the images of a group for one network.
  struct Sums {
    double loss;
    std::uint64_t correct;
  };

  void evaluate_group(const LabelledImages& set, std::size_t group, GroupMemory& memory);
  template <class Store>
  void evaluate_set(const LabelledImages& set, const Store& store);

  const NetworkStack& stack_;
  const Dataset& data_;
  const Kernel& kernel_;
  const Elementwise& ops_;
  const std::atomic<bool>& split_;
  std::vector<GroupMemory> memory_;  // by slot
  std::vector<Sums> sums_;           // groups × networks
};

}  // namespace runner
