#pragma once

#include "runner/compute/aligned_buffer.hpp"
#include "runner/compute/arithmetic.hpp"
#include "runner/compute/kernel.hpp"

#include "network_stack.hpp"

#include <cstddef>
#include <cstdint>

namespace runner {

/// The scores of a stack's networks as they are outside training, for a group of images that are taken
/// together: what all evaluations and predictions go by, so that they have the same bits. Memory is taken at
/// the first use. Used by one thread at a time.
class GroupScores {
 public:
  static constexpr std::size_t group_size = evaluated_together;

  /// Of a set of images.
  static constexpr std::size_t groups_of(std::size_t images) {
    return (images + group_size - 1) / group_size;
  }

  /// The hidden layers of all networks for some images, at most group_size; each unit multiplied by the share
  /// that training keeps of it.
  void forward(const NetworkStack& stack, const Kernel& kernel, const std::uint8_t* images,
               std::size_t count);

  /// The scores of one network for them, classes × padded(count), until the next call.
  const float* of(const NetworkStack& stack, std::size_t network);

 private:
  std::size_t count_ = 0;
  AlignedBuffer<std::byte> packed_;
  AlignedBuffer<float> z_;       // blocks of images × lanes
  AlignedBuffer<float> scores_;  // classes × padded images
};

}  // namespace runner
