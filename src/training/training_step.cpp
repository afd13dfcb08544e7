#include "training_step.hpp"

#include "runner/compute/parallel.hpp"

#include <algorithm>

namespace runner {
namespace {

/// In place of a step's number: none is taken.
constexpr std::uint64_t no_step = 0;

}  // namespace

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
    if (stack.has_dropout()) kept_ = AlignedBuffer<std::uint16_t>(stack.blocks() * batch_size);
    dy_ = AlignedBuffer<float>(stack.size() * stack.classes() * padded(batch_size));
    block_memory_.resize(slots());
  }
}

void TrainingStep::train(const Batch& batch, std::uint64_t step, const std::function<void()>& meanwhile) {
  const bool parallel = split_.load(std::memory_order_relaxed);
  stack_.begin_step(step);
  if (numerical_) {
    train_numerically(batch, parallel);
    meanwhile();
    return;
  }
  forward(batch, parallel, step);
  for_each_part(stack_.size(), parallel, [&](std::size_t m, std::size_t) {
    score_gradient(m, batch);
    float db2[max_classes];
    ops_.output_bias_gradient(dy(m, batch.raw.count), stack_.classes(), padded(batch.raw.count), db2);
    move(m, false, db2, stack_.classes(), [&](const StackedParameters& of) { return of.b2(m); });
  });
  // First the one part that is not a block, so that no thread waits for it.
  for_each_part(stack_.blocks() + 1, parallel, [&](std::size_t part, std::size_t slot) {
    if (part == 0)
      meanwhile();
    else
      move_block(part - 1, batch, memory_of(slot));
  });
}

void TrainingStep::find_gradient(const Batch& batch, const StackedParameters& gradient) {
  forward(batch, false, no_step);
  for (std::size_t m = 0; m < stack_.size(); ++m) {
    score_gradient(m, batch);
    ops_.output_bias_gradient(dy(m, batch.raw.count), stack_.classes(), padded(batch.raw.count),
                              gradient.b2(m));
  }
  for (std::size_t k = 0; k < stack_.blocks(); ++k) {
    const FixedPointBlock delta =
        backward(k, batch, nullptr, memory_of(0), gradient.b1_block(k), gradient.w2_row(k * lanes));
    kernel_.backward_store(delta, batch.packed, stack_.pixels(), gradient.w1_block(k));
  }
}

/// Drops hidden units where there is a step.
void TrainingStep::forward(const Batch& batch, bool parallel, std::uint64_t step) {
  const std::size_t images = batch.raw.count;
  for_each_part(stack_.blocks(), parallel, [&](std::size_t k, std::size_t) {
    float* const z = z_block(k, images);
    stack_.forward(k, batch.packed, images, z);
    if (step != no_step && stack_.has_dropout(k)) stack_.drop_out(k, step, images, z, kept_block(k));
  });
}

/// Scores of one network, then in their place dY, the gradient of its loss by them.
void TrainingStep::score_gradient(std::size_t network, const Batch& batch) {
  const std::size_t images = batch.raw.count;
  float* const s = dy(network, images);
  stack_.scores(network, z_.data(), images, s);
  ops_.score_gradient(stack_[network].run.loss, batch.raw.labels, images, stack_.classes(), padded(images),
                      s);
}

TrainingStep::BlockMemory& TrainingStep::memory_of(std::size_t slot) {
  BlockMemory& memory = block_memory_[slot];
  if (memory.delta.size() == 0)
    memory = {AlignedBuffer<float>(batch_size_ * lanes),
              AlignedBuffer<std::byte>(kernel_.digit_bytes(batch_size_)),
              AlignedBuffer<Factors>(1),
              AlignedBuffer<float>(lanes),
              AlignedBuffer<float>(lanes * padded(stack_.classes())),
              {}};
  return memory;
}

/// db1 and dW2 of one block of units, to db1 (of the block) and dw2 (the row of its first unit); returns dA1.
FixedPointBlock TrainingStep::backward(std::size_t block, const Batch& batch, const std::uint16_t* kept,
                                       BlockMemory& memory, float* db1, float* dw2) {
  const std::size_t images = batch.raw.count, first = block * lanes;
  // Units past the last have no network that would set theirs.
  if (stack_.units() < first + lanes) std::fill_n(memory.delta.data(), images * lanes, 0.0f);
  stack_.for_each_network_of_block(block, [&](std::size_t network, UnitRange units) {
    const std::size_t begin = units.first - first;
    ops_.hidden_gradient(stack_.activation(), dy(network, images), stack_.classes(), images,
                         z_block(block, images), kept, begin, begin + units.count,
                         stack_.parameters().w2_row(units.first), dw2 + begin * padded(stack_.classes()), db1,
                         memory.delta.data());
  });
  const FixedPointBlock delta{memory.digits.data(), memory.factors.data(), images};
  kernel_.quantise(memory.delta.data(), delta);
  return delta;
}

/// The step of n parameters of one network and of their moments, from place(the stack's parameters) on.
template <class Place>
void TrainingStep::move(std::size_t network, bool decays, const float* gradient, std::size_t n,
                        const Place& place) {
  if (stack_[network].is_plain()) {
    ops_.descend(stack_[network].rate, gradient, n, place(stack_.parameters()));
    return;
  }
  const UpdateConstants<float>& own = stack_.constants(network);
  LaneConstants constants;
  std::uint32_t mask[lanes];
  for (std::size_t l = 0; l < lanes; ++l) {
    set_lane(constants, l, decays ? own : without_decay(own));
    mask[l] = 1;
  }
  float* moments[max_moments]{};
  for (std::size_t k = 0; k < stack_.moments().size(); ++k) moments[k] = place(stack_.moments()[k]);
  ops_.update(stack_[network].run.optimizer, constants, mask, gradient, n, moments,
              place(stack_.parameters()));
}

/// The step of one block of units.
void TrainingStep::move_block(std::size_t block, const Batch& batch, BlockMemory& memory) {
  const FixedPointBlock delta =
      backward(block, batch, stack_.has_dropout(block) ? kept_block(block) : nullptr, memory,
               memory.db1.data(), memory.dw2.data());
  stack_.for_each_network_of_block(block, [&](std::size_t network, UnitRange units) {
    const std::size_t begin = units.first - block * lanes, row = padded(stack_.classes());
    move(network, false, memory.db1.data() + begin, units.count,
         [&](const StackedParameters& of) { return of.b1(units.first); });
    move(network, true, memory.dw2.data() + begin * row, units.count * row,
         [&](const StackedParameters& of) { return of.w2_row(units.first); });
  });
  if (stack_.is_plain(block)) {
    kernel_.backward_descend(delta, batch.packed, stack_.rates(block), stack_.parameters().w1_block(block),
                             stack_.digits(block));
    return;
  }
  if (memory.dw1.size() == 0) memory.dw1 = AlignedBuffer<float>(stack_.pixels() * lanes);
  kernel_.backward_store(delta, batch.packed, stack_.pixels(), memory.dw1.data());
  stack_.update_w1(block, memory.dw1.data());
}

void TrainingStep::train_numerically(const Batch& batch, bool parallel) {
  const RunSpec& run = stack_[0].run;
  numerical_->find_gradient(run, batch.raw, stack_.parameters(), parallel);
  numerical_->move(run.optimizer, stack_.constants(0), stack_.parameters(), stack_.moments());
}

}  // namespace runner
