#include "runner/training/cohort_trainer.hpp"

#include "runner/compute/aligned_buffer.hpp"
#include "runner/compute/arithmetic.hpp"
#include "runner/compute/initial_weights.hpp"
#include "runner/compute/parallel.hpp"

#include "numerical_step.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <optional>

namespace runner {
namespace {

/// Images evaluated together. Their losses are summed first, then those sums in order: part of the
/// arithmetic.
constexpr std::size_t evaluated_together = 256;

/// One run of the cohort.
struct Member {
  Loss loss;
  float rate;
  UnitRange units;  // in the stack
};

/// Images of the training set that are trained together.
struct Batch {
  std::size_t images = 0;
  AlignedBuffer<std::uint8_t> labels;
  AlignedBuffer<std::byte> packed;
};

/// What one thread needs for the backward pass of a block of units.
struct DeltaMemory {
  AlignedBuffer<float> delta;       // batch × lanes
  AlignedBuffer<std::byte> digits;  // the same in fixed point
  AlignedBuffer<Factors> factors;   // one
};

/// What one thread needs to evaluate some images.
struct EvaluationMemory {
  AlignedBuffer<std::byte> packed;
  AlignedBuffer<float> z;       // blocks of images × lanes
  AlignedBuffer<float> scores;  // classes × padded images
};

/// Sums over images evaluated together for one run.
struct EvaluationSums {
  double loss;
  std::uint64_t correct;
};

}  // namespace

bool Metrics::finite() const {
  return std::isfinite(train_loss) && std::isfinite(test_loss);
}

Weights::Weights(const WeightsView& view)
    : b1(view.b1, view.b1 + view.hidden), b2(view.b2, view.b2 + view.classes) {
  W1.reserve(view.pixels * view.hidden);
  for (std::size_t d = 0; d < view.pixels; ++d)
    for (std::size_t h = 0; h < view.hidden; ++h) W1.push_back(view.W1(d, h));
  W2.reserve(view.hidden * view.classes);
  for (std::size_t h = 0; h < view.hidden; ++h)
    W2.insert(W2.end(), view.W2 + h * view.W2_stride, view.W2 + h * view.W2_stride + view.classes);
}

Backend make_backend(std::string_view kernel, InstructionSet set) {
  return {&find_kernel(kernel, set), &elementwise(set), &central_differences(set)};
}

double memory_to_train(const RunSpec& run, const Dataset& data, const Backend& backend) {
  const auto batch_size = static_cast<std::size_t>(run.batch_size);
  const auto hidden = static_cast<std::size_t>(run.hidden_size);
  const std::size_t unit = sizeof(float) * (data.pixels + padded(data.classes) + evaluated_together) +
                           backend.kernel->digit_bytes(data.pixels) / lanes;
  const double kept =
      static_cast<double>(hidden) * static_cast<double>(unit) + static_cast<double>(batch_size * data.pixels);
  if (run.gradient == Gradient::numerical)
    return kept + NumericalStep::memory(batch_size, data.pixels, hidden, data.classes);
  return kept + static_cast<double>(sizeof(float) * batch_size * hidden) +
         static_cast<double>(2 * backend.kernel->image_bytes(batch_size, data.pixels) +
                             sizeof(float) * data.classes * padded(batch_size));
}

struct CohortTrainer::State {
  const Dataset& data;
  const Kernel& kernel;
  const Elementwise& ops;
  const std::atomic<bool>& split;

  RunSpec first;  // batch size, sampling, seed and gradient of all
  std::vector<Member> members;
  std::size_t units = 0;   // hidden units in the stack
  std::size_t blocks = 0;  // of `lanes` of them; the last is filled up with units of zeros that learn nothing
  std::size_t w2_stride;
  std::size_t digit_bytes;  // of a block of W1
  int epoch;

  // The stacked networks.
  AlignedBuffer<float> w1;             // blocks of pixels × lanes
  AlignedBuffer<std::byte> w1_digits;  // the same in fixed point, made whenever w1 changes
  AlignedBuffer<Factors> w1_factors;   // of each block
  AlignedBuffer<float> b1;             // units
  AlignedBuffer<float> rates;          // units
  AlignedBuffer<float> w2;             // units × w2_stride
  AlignedBuffer<float> b2;             // members × classes
  std::vector<std::size_t> member_of;  // of each unit

  // The mini-batches of an epoch: the one in training and the next.
  std::vector<std::uint32_t> order;
  AlignedBuffer<std::uint8_t> rows;  // of the batch that is being gathered
  Batch batches[2];
  AlignedBuffer<float> z;   // blocks of batch × lanes
  AlignedBuffer<float> dy;  // members × classes × padded batch

  std::optional<NumericalStep> numerical;  // where that is how gradients are found

  mutable std::vector<DeltaMemory> delta_memory;            // by slot
  mutable std::vector<EvaluationMemory> evaluation_memory;  // by slot
  mutable std::vector<EvaluationSums> sums;                 // images evaluated together × members

  State(const Dataset& dataset, std::span<const RunSpec> runs, Backend backend,
        const std::atomic<bool>& may_split, std::span<const Weights> start, int trained)
      : data(dataset),
        kernel(*backend.kernel),
        ops(*backend.elementwise),
        split(may_split),
        first(runs.front()),
        w2_stride(padded(dataset.classes)),
        digit_bytes(kernel.digit_bytes(dataset.pixels)),
        epoch(trained) {
    for (const RunSpec& run : runs) {
      assert(runs.size() == 1 || same_cohort(run, first));
      const auto hidden = static_cast<std::size_t>(run.hidden_size);
      members.push_back({run.loss, static_cast<float>(run.learning_rate), {units, hidden}});
      units += hidden;
    }
    blocks = padded(units) / lanes;
    const auto batch_size = static_cast<std::size_t>(first.batch_size);
    assert(batch_size <= data.train.count);
    w1 = AlignedBuffer<float>(blocks * block_size());
    w1_digits = AlignedBuffer<std::byte>(blocks * digit_bytes);
    w1_factors = AlignedBuffer<Factors>(blocks);
    b1 = AlignedBuffer<float>(blocks * lanes);
    rates = AlignedBuffer<float>(blocks * lanes);
    w2 = AlignedBuffer<float>(units * w2_stride);
    b2 = AlignedBuffer<float>(members.size() * data.classes);
    rows = AlignedBuffer<std::uint8_t>(batch_size * data.pixels);
    for (Batch& batch : batches) batch.labels = AlignedBuffer<std::uint8_t>(batch_size);
    if (first.gradient == Gradient::numerical) {
      numerical.emplace(*backend.central_differences, batch_size, data.pixels, units, data.classes);
    } else {
      for (Batch& batch : batches)
        batch.packed = AlignedBuffer<std::byte>(kernel.image_bytes(batch_size, data.pixels));
      z = AlignedBuffer<float>(blocks * batch_size * lanes);
      dy = AlignedBuffer<float>(members.size() * data.classes * padded(batch_size));
      delta_memory.resize(slots());
    }
    evaluation_memory.resize(slots());
    const std::size_t most = std::max({data.train.count, data.test.count, data.validation.count});
    sums.resize((most + evaluated_together - 1) / evaluated_together * members.size());

    if (start.empty())
      draw_weights(runs);
    else
      set_weights(start);
    lay_out_members();
    quantise();
  }

  std::size_t block_size() const { return data.pixels * lanes; }

  /// W1's column of a unit; its entries are `lanes` apart.
  float* w1_column(std::size_t unit) const { return w1.data() + unit / lanes * block_size() + unit % lanes; }

  FixedPointBlock digits_of(std::size_t block) const {
    return {w1_digits.data() + block * digit_bytes, &w1_factors[block], data.pixels};
  }

  /// A network of few units begins with those of a larger one: each is drawn once for all members with the
  /// same weight_init_std.
  void draw_weights(std::span<const RunSpec> runs) {
    const auto seed = static_cast<std::uint64_t>(first.seed);
    std::vector<bool> drawn(runs.size());
    std::vector<float> drawn_w1, drawn_w2;
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (drawn[i]) continue;
      const auto same = [&](const RunSpec& run) { return run.weight_init_std == runs[i].weight_init_std; };
      std::size_t most = 0;
      for (std::size_t m = i; m < runs.size(); ++m)
        if (same(runs[m])) most = std::max(most, members[m].units.count);
      const auto std = static_cast<float>(runs[i].weight_init_std);
      drawn_w1.resize(most * data.pixels);
      drawn_w2.resize(most * data.classes);
      initial_weights(ops, seed, RandomPurpose::initial_W1, most, data.pixels, std, drawn_w1.data());
      initial_weights(ops, seed, RandomPurpose::initial_W2, most, data.classes, std, drawn_w2.data());
      for (std::size_t m = i; m < runs.size(); ++m) {
        if (!same(runs[m])) continue;
        drawn[m] = true;
        for (std::size_t h = 0; h < members[m].units.count; ++h) {
          const std::size_t unit = members[m].units.first + h;
          float* column = w1_column(unit);
          for (std::size_t d = 0; d < data.pixels; ++d) column[d * lanes] = drawn_w1[h * data.pixels + d];
          std::copy_n(drawn_w2.data() + h * data.classes, data.classes, w2.data() + unit * w2_stride);
        }
      }
    }
  }

  void set_weights(std::span<const Weights> weights) {
    assert(weights.size() == members.size());
    for (std::size_t m = 0; m < members.size(); ++m) {
      const auto [first_unit, hidden] = members[m].units;
      for (std::size_t h = 0; h < hidden; ++h) {
        float* column = w1_column(first_unit + h);
        for (std::size_t d = 0; d < data.pixels; ++d) column[d * lanes] = weights[m].W1[d * hidden + h];
        std::copy_n(weights[m].W2.data() + h * data.classes, data.classes,
                    w2.data() + (first_unit + h) * w2_stride);
      }
      std::copy_n(weights[m].b1.data(), hidden, b1.data() + first_unit);
      std::copy_n(weights[m].b2.data(), data.classes, b2.data() + m * data.classes);
    }
  }

  /// What each unit has to know of its member. Units of no member are zeros and learn nothing.
  void lay_out_members() {
    member_of.resize(units);
    std::fill_n(rates.data(), rates.size(), 0.0f);
    for (std::size_t m = 0; m < members.size(); ++m)
      for (std::size_t unit = members[m].units.first; unit < members[m].units.first + members[m].units.count;
           ++unit) {
        member_of[unit] = m;
        rates[unit] = members[m].rate;
      }
  }

  /// Gathers batch n of the epoch: its rows and labels.
  Batch& gather(std::size_t n) {
    const auto batch_size = static_cast<std::size_t>(first.batch_size);
    const std::span<const std::uint32_t> images =
        std::span(order).subspan(n * batch_size, std::min(batch_size, order.size() - n * batch_size));
    Batch& batch = batches[n % 2];
    batch.images = images.size();
    constexpr std::size_t ahead = 4;
    for (std::size_t i = 0; i < images.size(); ++i) {
      if (i + ahead < images.size()) {
        const std::uint8_t* next = data.train.pixels.data() + images[i + ahead] * data.pixels;
        for (std::size_t d = 0; d < data.pixels; d += 64) __builtin_prefetch(next + d);
      }
      std::memcpy(rows.data() + i * data.pixels, data.train.pixels.data() + images[i] * data.pixels,
                  data.pixels);
      batch.labels[i] = data.train.labels[images[i]];
    }
    return batch;
  }

  /// The same, packed for the products.
  void prepare(std::size_t n) {
    Batch& batch = gather(n);
    kernel.pack({rows.data(), batch.images, data.pixels}, true, batch.packed.data());
  }

  /// Z1 = sigmoid(X·W1 + b1) for one block of units.
  void forward_block(std::size_t k, const std::byte* images, std::size_t count, float* z_of_block) const {
    kernel.forward(digits_of(k), images, count, z_of_block);
    ops.sigmoid(z_of_block, b1.data() + k * lanes, count);
  }

  void scores(std::size_t m, const float* z_blocks, std::size_t images, float* s) const {
    const Member& member = members[m];
    ops.scores(w2.data() + member.units.first * w2_stride, b2.data() + m * data.classes, data.classes,
               z_blocks, images * lanes, member.units, images, s);
  }

  /// dA1, dW2, dW1 and the updates of one block of units; the gradients are never stored.
  void backward_block(std::size_t k, const Batch& batch, DeltaMemory& memory) {
    const std::size_t images = batch.images;
    if (memory.delta.size() == 0) {
      const auto batch_size = static_cast<std::size_t>(first.batch_size);
      memory.delta = AlignedBuffer<float>(batch_size * lanes);
      memory.digits = AlignedBuffer<std::byte>(kernel.digit_bytes(batch_size));
      memory.factors = AlignedBuffer<Factors>(1);
    }
    const std::size_t end = std::min((k + 1) * lanes, units);
    if (end < (k + 1) * lanes) std::fill_n(memory.delta.data(), images * lanes, 0.0f);
    for (std::size_t unit = k * lanes; unit < end;) {
      const std::size_t m = member_of[unit];
      const Member& member = members[m];
      const std::size_t member_end = std::min(member.units.first + member.units.count, end);
      ops.hidden_gradient(dy.data() + m * data.classes * padded(images), data.classes, images,
                          z.data() + k * images * lanes, unit - k * lanes, member_end - k * lanes,
                          member.rate, w2.data() + unit * w2_stride, b1.data() + k * lanes,
                          memory.delta.data());
      unit = member_end;
    }
    const FixedPointBlock delta{memory.digits.data(), memory.factors.data(), images};
    kernel.quantise(memory.delta.data(), delta);
    kernel.backward_descend(delta, batch.packed.data(), rates.data() + k * lanes,
                            w1.data() + k * block_size(), digits_of(k));
  }

  /// One step of all runs on batch n of `count`. Meanwhile the next is prepared, so that no thread waits for
  /// it.
  void train_batch(std::size_t n, std::size_t count) {
    const Batch& batch = batches[n % 2];
    const std::size_t images = batch.images;
    const bool parallel = split.load(std::memory_order_relaxed);
    for_each_part(blocks, parallel, [&](std::size_t k, std::size_t) {
      forward_block(k, batch.packed.data(), images, z.data() + k * images * lanes);
    });
    for_each_part(members.size(), parallel, [&](std::size_t m, std::size_t) {
      const std::size_t stride = padded(images);
      float* s = dy.data() + m * data.classes * stride;
      scores(m, z.data(), images, s);
      ops.score_gradient(members[m].loss, batch.labels.data(), images, data.classes, stride, s);
      ops.update_output_bias(s, data.classes, stride, members[m].rate, b2.data() + m * data.classes);
    });
    for_each_part(blocks + 1, parallel, [&](std::size_t part, std::size_t slot) {
      if (part > 0)
        backward_block(part - 1, batch, delta_memory[slot]);
      else if (n + 1 < count)
        prepare(n + 1);
    });
  }

  /// One step of the one run, down along its numerical gradient on batch n.
  void train_batch_numerically(std::size_t n) {
    const Batch& batch = gather(n);
    const bool parallel = split.load(std::memory_order_relaxed);
    const Member& member = members.front();
    numerical->find_gradient(member.loss, {rows.data(), batch.labels.data(), batch.images, data.pixels},
                             {w1.data(), b1.data(), w2.data(), b2.data()}, parallel);
    numerical->descend(static_cast<double>(member.rate), {w1.data(), b1.data(), w2.data(), b2.data()});
  }

  void quantise() {
    for (std::size_t k = 0; k < blocks; ++k) kernel.quantise(w1.data() + k * block_size(), digits_of(k));
  }

  void evaluate_together(const LabelledImages& set, std::size_t part, EvaluationMemory& memory) const {
    if (memory.packed.size() == 0) {
      memory.packed = AlignedBuffer<std::byte>(kernel.image_bytes(evaluated_together, data.pixels));
      memory.z = AlignedBuffer<float>(blocks * evaluated_together * lanes);
      memory.scores = AlignedBuffer<float>(data.classes * evaluated_together);
    }
    const std::size_t begin = part * evaluated_together;
    const std::size_t images = std::min(evaluated_together, set.count - begin);
    kernel.pack({set.pixels.data() + begin * data.pixels, images, data.pixels}, false, memory.packed.data());
    for (std::size_t k = 0; k < blocks; ++k)
      forward_block(k, memory.packed.data(), images, memory.z.data() + k * images * lanes);
    for (std::size_t m = 0; m < members.size(); ++m) {
      scores(m, memory.z.data(), images, memory.scores.data());
      EvaluationSums& sum = sums[part * members.size() + m];
      ops.evaluate(members[m].loss, memory.scores.data(), set.labels.data() + begin, images, data.classes,
                   padded(images), &sum.loss, &sum.correct);
    }
  }

  /// Mean loss and accuracy of every run on one set.
  template <class Store>
  void evaluate_set(const LabelledImages& set, const Store& store) const {
    const std::size_t count = (set.count + evaluated_together - 1) / evaluated_together;
    for_each_part(count, split.load(std::memory_order_relaxed), [&](std::size_t part, std::size_t slot) {
      evaluate_together(set, part, evaluation_memory[slot]);
    });
    for (std::size_t m = 0; m < members.size(); ++m) {
      EvaluationSums total{};
      for (std::size_t part = 0; part < count; ++part) {
        total.loss += sums[part * members.size() + m].loss;
        total.correct += sums[part * members.size() + m].correct;
      }
      const auto images = static_cast<double>(set.count);
      store(m, static_cast<float>(total.loss / images),
            static_cast<float>(static_cast<double>(total.correct) / images));
    }
  }
};

CohortTrainer::CohortTrainer(const Dataset& data, std::span<const RunSpec> runs, Backend backend,
                             const std::atomic<bool>& split, std::span<const Weights> start, int epoch)
    : state_(std::make_unique<State>(data, runs, backend, split, start, epoch)) {}

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
  const std::size_t count = (s.order.size() + batch_size - 1) / batch_size;
  if (s.numerical) {
    for (std::size_t n = 0; n < count; ++n) s.train_batch_numerically(n);
    s.quantise();
  } else {
    s.prepare(0);
    for (std::size_t n = 0; n < count; ++n) s.train_batch(n, count);
  }
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
  if (state_->data.validation.count == 0) return;
  state_->evaluate_set(state_->data.validation, [&](std::size_t m, float loss, float accuracy) {
    metrics[m].validation_loss = loss;
    metrics[m].validation_accuracy = accuracy;
  });
}

WeightsView CohortTrainer::weights(std::size_t i) const {
  const State& s = *state_;
  const auto [first, hidden] = s.members[i].units;
  return {s.w1.data(),
          first,
          s.b1.data() + first,
          s.w2.data() + first * s.w2_stride,
          s.w2_stride,
          s.b2.data() + i * s.data.classes,
          hidden,
          s.data.pixels,
          s.data.classes};
}

void CohortTrainer::drop(std::size_t i) {
  State& s = *state_;
  const auto [first, hidden] = s.members[i].units;
  for (std::size_t unit = first; unit + hidden < s.units; ++unit) {
    float* to = s.w1_column(unit);
    const float* from = s.w1_column(unit + hidden);
    for (std::size_t d = 0; d < s.data.pixels; ++d) to[d * lanes] = from[d * lanes];
    s.b1[unit] = s.b1[unit + hidden];
  }
  for (std::size_t unit = s.units - hidden; unit < s.units; ++unit) {
    float* column = s.w1_column(unit);
    for (std::size_t d = 0; d < s.data.pixels; ++d) column[d * lanes] = 0.0f;
    s.b1[unit] = 0.0f;
  }
  std::copy(s.w2.data() + (first + hidden) * s.w2_stride, s.w2.data() + s.units * s.w2_stride,
            s.w2.data() + first * s.w2_stride);
  std::copy(s.b2.data() + (i + 1) * s.data.classes, s.b2.data() + s.members.size() * s.data.classes,
            s.b2.data() + i * s.data.classes);

  s.members.erase(s.members.begin() + static_cast<std::ptrdiff_t>(i));
  for (std::size_t m = i; m < s.members.size(); ++m) s.members[m].units.first -= hidden;
  s.units -= hidden;
  s.blocks = padded(s.units) / lanes;
  s.lay_out_members();
  for (std::size_t k = first / lanes; k < s.blocks; ++k)
    s.kernel.quantise(s.w1.data() + k * s.block_size(), s.digits_of(k));
}

}  // namespace runner
