#include "runner/training/cohort_trainer.hpp"

#include "runner/compute/aligned_buffer.hpp"
#include "runner/compute/arithmetic.hpp"
#include "runner/compute/initial_weights.hpp"
#include "runner/compute/parallel.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>

namespace runner {
namespace {

/// Images evaluated together. The losses of a block are summed first, then those of the blocks in order: part
/// of the arithmetic.
constexpr std::size_t evaluation_block = 256;

/// One run of the cohort; its hidden units are rows first_row … first_row + hidden − 1 of the stack.
struct Member {
  Loss loss;
  float rate;
  std::size_t first_row;
  std::size_t hidden;
};

/// Begin of part `part` of `parts` even parts of 0 … count.
std::size_t part_begin(std::size_t count, std::size_t parts, std::size_t part) {
  return count * part / parts;
}

/// What one thread needs to work on a panel of hidden units in the backward pass.
struct PanelMemory {
  AlignedBuffer<float> delta;             // rows × padded batch
  AlignedBuffer<std::byte> delta_digits;  // the same in fixed point
  AlignedBuffer<double> delta_scale;
  AlignedBuffer<float> gradient;  // rows × padded pixels
};

/// What one thread needs to evaluate a block of images.
struct BlockMemory {
  AlignedBuffer<std::byte> packed;
  AlignedBuffer<float> z;       // rows × padded block
  AlignedBuffer<float> scores;  // classes × padded block
};

/// Sums over a block of images for one run.
struct BlockSums {
  double loss;
  std::uint64_t correct;
};

}  // namespace

bool Metrics::finite() const {
  return std::isfinite(train_loss) && std::isfinite(test_loss);
}

Backend make_backend(std::string_view kernel, InstructionSet set) {
  return {&find_kernel(kernel, set), &elementwise(set)};
}

struct CohortTrainer::State {
  const Dataset& data;
  const Kernel& kernel;
  const Elementwise& ops;
  const std::atomic<bool>& split;

  RunSpec first;  // batch size, sampling and seed of all
  std::vector<Member> members;
  std::size_t rows = 0;  // hidden units in the stack
  std::size_t w1_stride;
  std::size_t panel_rows;  // the most rows of a panel
  int epoch = 0;

  // The stacked networks: a row for each hidden unit.
  AlignedBuffer<float> w1;             // rows × w1_stride
  AlignedBuffer<std::byte> w1_digits;  // the same in fixed point, made whenever a row of w1 changes
  AlignedBuffer<double> w1_scale;
  AlignedBuffer<float> b1;             // rows
  AlignedBuffer<float> w2;             // rows × classes
  AlignedBuffer<float> b2;             // members × classes
  std::vector<std::size_t> member_of;  // of each row

  // One mini-batch.
  std::vector<std::uint32_t> order;
  AlignedBuffer<std::uint8_t> batch;
  AlignedBuffer<std::uint8_t> labels;
  AlignedBuffer<std::byte> packed;
  AlignedBuffer<float> z;   // rows × padded batch
  AlignedBuffer<float> dy;  // members × classes × padded batch

  mutable std::vector<PanelMemory> panels;  // by slot
  mutable std::vector<BlockMemory> blocks;  // by slot
  mutable std::vector<BlockSums> sums;      // blocks × members

  State(const Dataset& dataset, std::span<const RunSpec> runs, Backend backend,
        const std::atomic<bool>& may_split)
      : data(dataset),
        kernel(*backend.kernel),
        ops(*backend.elementwise),
        split(may_split),
        first(runs.front()),
        w1_stride(padded(dataset.pixels)) {
    for (const RunSpec& run : runs) {
      assert(same_batches(run, first));
      const auto hidden = static_cast<std::size_t>(run.hidden_size);
      members.push_back({run.loss, static_cast<float>(run.learning_rate), rows, hidden});
      rows += hidden;
    }
    const auto batch_size = static_cast<std::size_t>(first.batch_size);
    assert(batch_size <= data.train.count);
    panel_rows = std::min(rows, kernel.panel_rows());
    w1 = AlignedBuffer<float>(rows * w1_stride);
    w1_digits = AlignedBuffer<std::byte>(rows * kernel.row_bytes(data.pixels));
    w1_scale = AlignedBuffer<double>(rows);
    b1 = AlignedBuffer<float>(rows);
    w2 = AlignedBuffer<float>(rows * data.classes);
    b2 = AlignedBuffer<float>(members.size() * data.classes);
    batch = AlignedBuffer<std::uint8_t>(batch_size * data.pixels);
    labels = AlignedBuffer<std::uint8_t>(batch_size);
    packed = AlignedBuffer<std::byte>(kernel.image_bytes(batch_size, data.pixels));
    z = AlignedBuffer<float>(rows * padded(batch_size));
    dy = AlignedBuffer<float>(members.size() * data.classes * padded(batch_size));
    panels.resize(slots());
    blocks.resize(slots());
    const std::size_t most = std::max(data.train.count, data.test.count);
    sums.resize((most + evaluation_block - 1) / evaluation_block * members.size());

    member_of.resize(rows);
    for (std::size_t m = 0; m < members.size(); ++m) {
      const auto& [loss, rate, first_row, hidden] = members[m];
      std::fill_n(member_of.begin() + static_cast<std::ptrdiff_t>(first_row), hidden, m);
      const auto std = static_cast<float>(runs[m].weight_init_std);
      const auto seed = static_cast<std::uint64_t>(first.seed);
      initial_weights(ops, seed, RandomPurpose::initial_W1, hidden, data.pixels, std,
                      w1.data() + first_row * w1_stride, w1_stride);
      initial_weights(ops, seed, RandomPurpose::initial_W2, hidden, data.classes, std,
                      w2.data() + first_row * data.classes, data.classes);
    }
    kernel.quantise(w1.data(), w1_stride, digits_of(0, rows));
  }

  FixedPointRows digits_of(std::size_t begin, std::size_t end) const {
    return {w1_digits.data() + begin * kernel.row_bytes(data.pixels), w1_scale.data() + begin, end - begin,
            data.pixels};
  }

  /// body(begin, end, slot) for panels of rows that make up the stack: as many as the kernel likes, or one
  /// for each thread.
  template <class Body>
  void for_each_panel(bool parallel, const Body& body) const {
    const std::size_t wanted = (rows + panel_rows - 1) / panel_rows;
    const std::size_t count = parallel ? std::min(rows, std::max(wanted, slots())) : wanted;
    for_each_part(count, parallel, [&](std::size_t part, std::size_t slot) {
      body(part_begin(rows, count, part), part_begin(rows, count, part + 1), slot);
    });
  }

  /// z = sigmoid(X·W1 + b1) for rows begin … end − 1.
  void forward_panel(std::size_t begin, std::size_t end, const std::byte* images, std::size_t count,
                     float* z_out, std::size_t stride) const {
    kernel.forward(digits_of(begin, end), images, count, data.pixels, z_out + begin * stride, stride);
    for (std::size_t r = begin; r < end; ++r) ops.sigmoid(z_out + r * stride, b1[r], stride);
  }

  void scores(std::size_t m, const float* z_in, std::size_t stride, float* s) const {
    const Member& member = members[m];
    ops.scores(w2.data() + member.first_row * data.classes, b2.data() + m * data.classes, member.hidden,
               data.classes, z_in + member.first_row * stride, stride, s);
  }

  void gather(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      std::memcpy(batch.data() + (i - begin) * data.pixels, data.train.pixels.data() + order[i] * data.pixels,
                  data.pixels);
      labels[i - begin] = data.train.labels[order[i]];
    }
  }

  /// dA1, dW1 and the updates of rows begin … end − 1; the gradient never leaves the panel.
  void backward_panel(std::size_t begin, std::size_t end, std::size_t images, std::size_t stride,
                      PanelMemory& memory) {
    if (memory.delta.size() == 0) {
      const auto batch_size = static_cast<std::size_t>(first.batch_size);
      memory.delta = AlignedBuffer<float>(panel_rows * padded(batch_size));
      memory.delta_digits = AlignedBuffer<std::byte>(panel_rows * kernel.row_bytes(batch_size));
      memory.delta_scale = AlignedBuffer<double>(panel_rows);
      memory.gradient = AlignedBuffer<float>(panel_rows * w1_stride);
    }
    for (std::size_t r = begin; r < end; ++r) {
      const std::size_t m = member_of[r];
      ops.hidden_gradient(dy.data() + m * data.classes * stride, data.classes, z.data() + r * stride, stride,
                          members[m].rate, w2.data() + r * data.classes, &b1[r],
                          memory.delta.data() + (r - begin) * stride);
    }
    const FixedPointRows delta{memory.delta_digits.data(), memory.delta_scale.data(), end - begin, images};
    kernel.quantise(memory.delta.data(), stride, delta);
    kernel.backward(delta, packed.data(), images, data.pixels, memory.gradient.data(), w1_stride);
    for (std::size_t r = begin; r < end; ++r)
      ops.update(w1.data() + r * w1_stride, memory.gradient.data() + (r - begin) * w1_stride,
                 members[member_of[r]].rate, w1_stride);
    kernel.quantise(w1.data() + begin * w1_stride, w1_stride, digits_of(begin, end));
  }

  void train_batch(std::size_t begin, std::size_t end) {
    const std::size_t images = end - begin, stride = padded(images);
    const bool parallel = split.load(std::memory_order_relaxed);
    gather(begin, end);
    kernel.pack({batch.data(), images, data.pixels}, true, packed.data());
    for_each_panel(parallel, [&](std::size_t from, std::size_t to, std::size_t) {
      forward_panel(from, to, packed.data(), images, z.data(), stride);
    });
    for_each_part(members.size(), parallel, [&](std::size_t m, std::size_t) {
      float* s = dy.data() + m * data.classes * stride;
      scores(m, z.data(), stride, s);
      ops.score_gradient(members[m].loss, labels.data(), images, data.classes, stride, s);
      ops.update_output_bias(s, data.classes, stride, members[m].rate, b2.data() + m * data.classes);
    });
    for_each_panel(parallel, [&](std::size_t from, std::size_t to, std::size_t slot) {
      backward_panel(from, to, images, stride, panels[slot]);
    });
  }

  void evaluate_block(const LabelledImages& set, std::size_t block, BlockMemory& memory) const {
    if (memory.packed.size() == 0) {
      memory.packed = AlignedBuffer<std::byte>(kernel.image_bytes(evaluation_block, data.pixels));
      memory.z = AlignedBuffer<float>(rows * evaluation_block);
      memory.scores = AlignedBuffer<float>(data.classes * evaluation_block);
    }
    const std::size_t begin = block * evaluation_block;
    const std::size_t images = std::min(evaluation_block, set.count - begin), stride = padded(images);
    kernel.pack({set.pixels.data() + begin * data.pixels, images, data.pixels}, false, memory.packed.data());
    for_each_panel(false, [&](std::size_t from, std::size_t to, std::size_t) {
      forward_panel(from, to, memory.packed.data(), images, memory.z.data(), stride);
    });
    for (std::size_t m = 0; m < members.size(); ++m) {
      scores(m, memory.z.data(), stride, memory.scores.data());
      BlockSums& sum = sums[block * members.size() + m];
      ops.evaluate(members[m].loss, memory.scores.data(), set.labels.data() + begin, images, data.classes,
                   stride, &sum.loss, &sum.correct);
    }
  }

  /// Mean loss and accuracy of every run on one set.
  template <class Store>
  void evaluate_set(const LabelledImages& set, const Store& store) const {
    const std::size_t count = (set.count + evaluation_block - 1) / evaluation_block;
    for_each_part(count, split.load(std::memory_order_relaxed),
                  [&](std::size_t block, std::size_t slot) { evaluate_block(set, block, blocks[slot]); });
    for (std::size_t m = 0; m < members.size(); ++m) {
      BlockSums total{};
      for (std::size_t block = 0; block < count; ++block) {
        total.loss += sums[block * members.size() + m].loss;
        total.correct += sums[block * members.size() + m].correct;
      }
      const auto images = static_cast<double>(set.count);
      store(m, static_cast<float>(total.loss / images),
            static_cast<float>(static_cast<double>(total.correct) / images));
    }
  }
};

CohortTrainer::CohortTrainer(const Dataset& data, std::span<const RunSpec> runs, Backend backend,
                             const std::atomic<bool>& split)
    : state_(std::make_unique<State>(data, runs, backend, split)) {}

CohortTrainer::~CohortTrainer() = default;

std::size_t CohortTrainer::size() const {
  return state_->members.size();
}

int CohortTrainer::epoch() const {
  return state_->epoch;
}

void CohortTrainer::train_epoch() {
  State& s = *state_;
  ++s.epoch;
  const auto batch_size = static_cast<std::size_t>(s.first.batch_size);
  epoch_order(s.first.sampling, static_cast<std::uint64_t>(s.first.seed), static_cast<std::uint32_t>(s.epoch),
              s.data.train.count, batch_size, s.order);
  for (std::size_t begin = 0; begin < s.order.size(); begin += batch_size)
    s.train_batch(begin, std::min(begin + batch_size, s.order.size()));
}

void CohortTrainer::evaluate(std::span<Metrics> metrics) const {
  assert(metrics.size() == size());
  state_->evaluate_set(state_->data.train, [&](std::size_t m, float loss, float accuracy) {
    metrics[m].train_loss = loss;
    metrics[m].train_accuracy = accuracy;
  });
  state_->evaluate_set(state_->data.test, [&](std::size_t m, float loss, float accuracy) {
    metrics[m].test_loss = loss;
    metrics[m].test_accuracy = accuracy;
  });
}

WeightsView CohortTrainer::weights(std::size_t i) const {
  const State& s = *state_;
  const Member& member = s.members[i];
  return {s.w1.data() + member.first_row * s.w1_stride,
          s.w1_stride,
          s.b1.data() + member.first_row,
          s.w2.data() + member.first_row * s.data.classes,
          s.b2.data() + i * s.data.classes,
          member.hidden,
          s.data.pixels,
          s.data.classes};
}

void CohortTrainer::drop(std::size_t i) {
  State& s = *state_;
  const std::size_t classes = s.data.classes;
  const std::size_t to = s.members[i].first_row, from = to + s.members[i].hidden, moved = s.rows - from;
  const std::size_t row_bytes = s.kernel.row_bytes(s.data.pixels);
  std::copy_n(s.w1.data() + from * s.w1_stride, moved * s.w1_stride, s.w1.data() + to * s.w1_stride);
  std::copy_n(s.w1_digits.data() + from * row_bytes, moved * row_bytes, s.w1_digits.data() + to * row_bytes);
  std::copy_n(s.w1_scale.data() + from, moved, s.w1_scale.data() + to);
  std::copy_n(s.b1.data() + from, moved, s.b1.data() + to);
  std::copy_n(s.w2.data() + from * classes, moved * classes, s.w2.data() + to * classes);
  std::copy_n(s.b2.data() + (i + 1) * classes, (s.members.size() - i - 1) * classes,
              s.b2.data() + i * classes);

  const std::size_t hidden = s.members[i].hidden;
  s.members.erase(s.members.begin() + static_cast<std::ptrdiff_t>(i));
  s.rows -= hidden;
  s.member_of.resize(s.rows);
  for (std::size_t m = i; m < s.members.size(); ++m) {
    s.members[m].first_row -= hidden;
    std::fill_n(s.member_of.begin() + static_cast<std::ptrdiff_t>(s.members[m].first_row),
                s.members[m].hidden, m);
  }
}

}  // namespace runner
