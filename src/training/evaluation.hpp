#pragma once

#include "runner/compute/aligned_buffer.hpp"
#include "runner/compute/arithmetic.hpp"
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
  static constexpr std::size_t group_size = evaluated_together;

  /// For the sets of `data`; the training set has `train_labels`, which are not its own where it is trained
  /// with label noise. All but `backend` outlive the evaluation.
  Evaluation(const NetworkStack& stack, const Dataset& data, std::span<const std::uint8_t> train_labels,
             const Backend& backend, const std::atomic<bool>& split);

  /// Metrics of each network; metrics.size() = stack.size().
  void evaluate(std::span<Metrics> metrics);

  /// The class that network i had the largest score for, of each test image, when it was last evaluated.
  const std::vector<std::uint8_t>& test_predictions(std::size_t i) const { return test_predictions_[i]; }

  /// Forgets network i, as the stack does; those behind it move up by one.
  void drop(std::size_t i);

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
    std::uint64_t clean;  ///< correct by the labels without noise, if these are asked for
  };

  /// A set with the labels that it is measured by and, if these are noisy, those without noise; and where
  /// the predictions of each network go, if they are kept.
  struct MeasuredSet {
    const LabelledImages& images;
    const std::uint8_t* labels;
    const std::uint8_t* clean = nullptr;
    std::vector<std::vector<std::uint8_t>>* predictions = nullptr;
  };

  void evaluate_group(const MeasuredSet& set, std::size_t group, GroupMemory& memory);
  template <class Store>
  void evaluate_set(const MeasuredSet& set, const Store& store);

  const NetworkStack& stack_;
  const Dataset& data_;
  std::span<const std::uint8_t> train_labels_;
  const Kernel& kernel_;
  const Elementwise& ops_;
  const std::atomic<bool>& split_;
  std::vector<GroupMemory> memory_;  // by slot
  std::vector<Sums> sums_;           // groups × networks
  std::vector<std::vector<std::uint8_t>> test_predictions_;
};

}  // namespace runner
