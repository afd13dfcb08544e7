#pragma once

#include "runner/compute/aligned_buffer.hpp"
#include "runner/compute/central_differences.hpp"
#include "runner/compute/kernel.hpp"
#include "runner/data/batch_order.hpp"
#include "runner/data/dataset.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace runner {

/// Images that are trained together.
struct Batch {
  RawBatch raw;             ///< as they are
  const std::byte* packed;  ///< for a kernel's products; nothing where no kernel multiplies them
};

/// The mini-batches of an epoch, one after the other.
///
/// Two are kept, so that the next may be prepared while one is trained. Invariant: of a prepared batch,
/// labels and packed pixels stay until the next but one is prepared, raw pixels until the next is. One thread
/// may prepare batch n + 1 while others read the labels and packed pixels of batch n.
class MiniBatches {
 public:
  /// Batches of a training set with these labels, packed for `kernel` if there is one. Set and labels outlive
  /// them.
  MiniBatches(const LabelledImages& set, std::span<const std::uint8_t> labels, std::size_t pixels,
              std::size_t batch_size, Sampling sampling, std::uint64_t seed, const Kernel* kernel);

  /// Puts the images in the order of an epoch.
  void begin_epoch(int epoch);

  /// Batches of this epoch.
  std::size_t count() const { return (order_.size() + batch_size_ - 1) / batch_size_; }

  /// Gathers batch n of this epoch, and packs it.
  void prepare(std::size_t n);

  /// Batch n, which has been prepared.
  Batch operator[](std::size_t n) const;

 private:
  struct Buffer {
    std::size_t images = 0;
    AlignedBuffer<std::uint8_t> labels;
    AlignedBuffer<std::byte> packed;
  };

  const LabelledImages& set_;
  std::span<const std::uint8_t> labels_;
  std::size_t pixels_, batch_size_;
  Sampling sampling_;
  std::uint64_t seed_;
  const Kernel* kernel_;
  std::vector<std::uint32_t> order_;
  AlignedBuffer<std::uint8_t> rows_;  // raw pixels of the batch that was prepared last
  Buffer buffers_[2];                 // batch n is in n % 2
};

}  // namespace runner
