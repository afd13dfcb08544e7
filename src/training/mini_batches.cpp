#include "mini_batches.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace runner {

MiniBatches::MiniBatches(const LabelledImages& set, std::span<const std::uint8_t> labels, std::size_t pixels,
                         std::size_t batch_size, Sampling sampling, std::uint64_t seed, const Kernel* kernel)
    : set_(set),
      labels_(labels),
      pixels_(pixels),
      batch_size_(batch_size),
      sampling_(sampling),
      seed_(seed),
      kernel_(kernel),
      rows_(batch_size * pixels) {
  assert(batch_size <= set.count);
  for (Buffer& buffer : buffers_) {
    buffer.labels = AlignedBuffer<std::uint8_t>(batch_size);
    if (kernel) buffer.packed = AlignedBuffer<std::byte>(kernel->image_bytes(batch_size, pixels));
  }
}

void MiniBatches::begin_epoch(int epoch) {
  epoch_order(sampling_, seed_, static_cast<std::uint32_t>(epoch), set_.count, batch_size_, order_);
}

void MiniBatches::prepare(std::size_t n) {
  const std::span<const std::uint32_t> images =
      std::span(order_).subspan(n * batch_size_, std::min(batch_size_, order_.size() - n * batch_size_));
  Buffer& buffer = buffers_[n % 2];
  buffer.images = images.size();
  constexpr std::size_t ahead = 4;
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (i + ahead < images.size()) {
      const std::uint8_t* next = set_.pixels.data() + images[i + ahead] * pixels_;
      for (std::size_t d = 0; d < pixels_; d += 64) __builtin_prefetch(next + d);
    }
    std::memcpy(rows_.data() + i * pixels_, set_.pixels.data() + images[i] * pixels_, pixels_);
    buffer.labels[i] = labels_[images[i]];
  }
  if (kernel_) kernel_->pack({rows_.data(), buffer.images, pixels_}, true, buffer.packed.data());
}

Batch MiniBatches::operator[](std::size_t n) const {
  const Buffer& buffer = buffers_[n % 2];
  return {{rows_.data(), buffer.labels.data(), buffer.images, pixels_}, buffer.packed.data()};
}

}  // namespace runner
