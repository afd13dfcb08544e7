#include "training_step.hpp"

#include "runner/compute/parallel.hpp"

#include <algorithm>

namespace runner {

TrainingStep::TrainingStep(NetworkStack& stack, const Backend& backend, Gradient gradient,
                           std::size_t batch_size, const std::atomic<bool>& split)
    : stack_(stack),
      kernel_(*backend.kernel),
      ops_(*backend.elementwise),
      split_(split),
      batch_size_(batch_size) {
  if (gradient == Gradient::numerical) {
    numerical_.emplace(*backend.central_differences, batch_size, stack.pixels(), stack.units(),
                       stack.classes());
  } else {
    z_ = AlignedBuffer<float>(stack.blocks() * batch_size * lanes);
    dy_ = AlignedBuffer<float>(stack.size() * stack.classes() * padded(batch_size));
    block_memory_.resize(slots());
  }
}

void TrainingStep::train(const Batch& batch, const std::function<void()>& meanwhile) {
  const bool parallel = split_.load(std::memory_order_relaxed);
  if (numerical_) {
    train_numerically(batch, parallel);
    meanwhile();
    return;
  }
  forward(batch, parallel);
  for_each_part(stack_.size(), parallel, [&](std::size_t m, std::size_t) {
    score_gradient(m, batch);
    float db2[max_classes];
    ops_.output_bias_gradient(dy(m, batch.raw.count), stack_.classes(), padded(batch.raw.count), db2);
    ops_.descend(stack_[m].rate, db2, stack_.classes(), stack_.parameters().b2(m));
  });
  // First the one part that is not a block, so that no thread waits for it.
  for_each_part(stack_.blocks() + 1, parallel, [&](std::size_t part, std::size_t slot) {
    if (part == 0)
      meanwhile();
    else
      descend(part - 1, batch, memory_of(slot));
  });
}

void TrainingStep::find_gradient(const Batch& batch, const StackedParameters& gradient) {
  forward(batch, false);
  for (std::size_t m = 0; m < stack_.size(); ++m) {
    score_gradient(m, batch);
    ops_.output_bias_gradient(dy(m, batch.raw.count), stack_.classes(), padded(batch.raw.count),
                              gradient.b2(m));
  }
  for (std::size_t k = 0; k < stack_.blocks(); ++k) {
    const FixedPointBlock delta =
        backward(k, batch, memory_of(0), gradient.b1_block(k), gradient.w2_row(k * lanes));
    kernel_.backward_store(delta, batch.packed, stack_.pixels(), gradient.w1_block(k));
  }
}

void TrainingStep::forward(const Batch& batch, bool parallel) {
  const std::size_t images = batch.raw.count;
  for_each_part(stack_.blocks(), parallel, [&](std::size_t k, std::size_t) {
    stack_.forward(k, batch.packed, images, z_block(k, images));
  });
}

/// Scores of one network, then in their place dY, the gradient of its loss by them.
void TrainingStep::score_gradient(std::size_t network, const Batch& batch) {
  const std::size_t images = batch.raw.count;
  float* const s = dy(network, images);
  stack_.scores(network, z_.data(), images, s);
  ops_.score_gradient(stack_[network].loss, batch.raw.labels, images, stack_.classes(), padded(images), s);
}

TrainingStep::BlockMemory& TrainingStep::memory_of(std::size_t slot) {
  BlockMemory& memory = block_memory_[slot];
  if (memory.delta.size() == 0)
    memory = {AlignedBuffer<float>(batch_size_ * lanes),
              AlignedBuffer<std::byte>(kernel_.digit_bytes(batch_size_)), AlignedBuffer<Factors>(1),
              AlignedBuffer<float>(lanes), AlignedBuffer<float>(lanes * padded(stack_.classes()))};
  return memory;
}

/// db1 and dW2 of one block of units, to db1 (of the block) and dw2 (the row of its first unit); returns dA1.
FixedPointBlock TrainingStep::backward(std::size_t block, const Batch& batch, BlockMemory& memory, float* db1,
                                       float* dw2) {
  const std::size_t images = batch.raw.count, first = block * lanes;
  // Units past the last have no network that would set theirs.
  if (stack_.units() < first + lanes) std::fill_n(memory.delta.data(), images * lanes, 0.0f);
  stack_.for_each_network_of_block(block, [&](std::size_t network, UnitRange units) {
    const std::size_t begin = units.first - first;
    ops_.hidden_gradient(NetworkStack::activation, dy(network, images), stack_.classes(), images,
                         z_block(block, images), begin, begin + units.count,
                         stack_.parameters().w2_row(units.first), dw2 + begin * padded(stack_.classes()), db1,
                         memory.delta.data());
  });
  const FixedPointBlock delta{memory.digits.data(), memory.factors.data(), images};
  kernel_.quantise(memory.delta.data(), delta);
  return delta;
}

/// The step of one block of units.
void TrainingStep::descend(std::size_t block, const Batch& batch, BlockMemory& memory) {
  const FixedPointBlock delta = backward(block, batch, memory, memory.db1.data(), memory.dw2.data());
  const StackedParameters& parameters = stack_.parameters();
  stack_.for_each_network_of_block(block, [&](std::size_t network, UnitRange units) {
    const std::size_t begin = units.first - block * lanes, row = padded(stack_.classes());
    const float rate = stack_[network].rate;
    ops_.descend(rate, memory.db1.data() + begin, units.count, parameters.b1(units.first));
    ops_.descend(rate, memory.dw2.data() + begin * row, units.count * row, parameters.w2_row(units.first));
  });
  kernel_.backward_descend(delta, batch.packed, stack_.rates(block), parameters.w1_block(block),
                           stack_.digits(block));
}

void TrainingStep::train_numerically(const Batch& batch, bool parallel) {
  numerical_->find_gradient(stack_[0].loss, batch.raw, stack_.parameters(), parallel);
  numerical_->descend(static_cast<double>(stack_[0].rate), stack_.parameters());
}

}  // namespace runner
