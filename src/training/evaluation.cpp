#include "evaluation.hpp"

#include "runner/compute/parallel.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace runner {
namespace {

std::size_t groups_of(std::size_t images) {
  return (images + Evaluation::group_size - 1) / Evaluation::group_size;
}

}  // namespace

Evaluation::Evaluation(const NetworkStack& stack, const Dataset& data,
                       std::span<const std::uint8_t> train_labels, const Backend& backend,
                       const std::atomic<bool>& split)
    : stack_(stack),
      data_(data),
      train_labels_(train_labels),
      kernel_(*backend.kernel),
      ops_(*backend.elementwise),
      split_(split),
      memory_(slots()),
      sums_(groups_of(std::max({data.train.count, data.test.count, data.validation.count})) * stack.size()),
      test_predictions_(stack.size(), std::vector<std::uint8_t>(data.test.count)) {}

void Evaluation::evaluate(std::span<Metrics> metrics) {
  assert(metrics.size() == stack_.size());
  MeasuredSet train{data_.train, train_labels_.data()};
  if (train.labels != data_.train.labels.data()) train.clean = data_.train.labels.data();
  evaluate_set(train, [&](std::size_t m, float loss, float accuracy, float clean_accuracy) {
    metrics[m][Metric::train_loss] = loss;
    metrics[m][Metric::train_accuracy] = accuracy;
    metrics[m][Metric::clean_train_accuracy] = train.clean == nullptr ? canonical_nan : clean_accuracy;
  });
  const MeasuredSet test{data_.test, data_.test.labels.data(), nullptr, &test_predictions_};
  evaluate_set(test, [&](std::size_t m, float loss, float accuracy, float) {
    metrics[m][Metric::test_loss] = loss;
    metrics[m][Metric::test_accuracy] = accuracy;
  });
  if (data_.validation.count == 0) return;
  const MeasuredSet validation{data_.validation, data_.validation.labels.data()};
  evaluate_set(validation, [&](std::size_t m, float loss, float accuracy, float) {
    metrics[m][Metric::validation_loss] = loss;
    metrics[m][Metric::validation_accuracy] = accuracy;
  });
}

/// Calls store(network, mean loss, accuracy, accuracy by the labels without noise) for every network.
template <class Store>
void Evaluation::evaluate_set(const MeasuredSet& set, const Store& store) {
  const std::size_t groups = groups_of(set.images.count);
  for_each_part(groups, split_.load(std::memory_order_relaxed),
                [&](std::size_t group, std::size_t slot) { evaluate_group(set, group, memory_[slot]); });
  for (std::size_t m = 0; m < stack_.size(); ++m) {
    Sums total{};
    for (std::size_t group = 0; group < groups; ++group) {
      const Sums& sums = sums_[group * stack_.size() + m];
      total.loss += sums.loss;
      total.correct += sums.correct;
      total.clean += sums.clean;
    }
    const auto images = static_cast<double>(set.images.count);
    const auto share = [&](std::uint64_t count) {
      return static_cast<float>(static_cast<double>(count) / images);
    };
    store(m, static_cast<float>(total.loss / images), share(total.correct), share(total.clean));
  }
}

void Evaluation::evaluate_group(const MeasuredSet& set, std::size_t group, GroupMemory& memory) {
  const std::size_t pixels = stack_.pixels(), classes = stack_.classes();
  if (memory.packed.size() == 0) {
    memory.packed = AlignedBuffer<std::byte>(kernel_.image_bytes(group_size, pixels));
    memory.z = AlignedBuffer<float>(stack_.blocks() * group_size * lanes);
    memory.scores = AlignedBuffer<float>(classes * padded(group_size));
  }
  const std::size_t begin = group * group_size;
  const std::size_t images = std::min(group_size, set.images.count - begin);
  kernel_.pack({set.images.pixels.data() + begin * pixels, images, pixels}, false, memory.packed.data());
  for (std::size_t k = 0; k < stack_.blocks(); ++k) {
    float* const z = memory.z.data() + k * images * lanes;
    stack_.forward(k, memory.packed.data(), images, z);
    stack_.weaken(k, images, z);
  }
  for (std::size_t m = 0; m < stack_.size(); ++m) {
    stack_.scores(m, memory.z.data(), images, memory.scores.data());
    Sums& sums = sums_[group * stack_.size() + m];
    ops_.evaluate(stack_[m].run.loss, memory.scores.data(), set.labels + begin, images, classes,
                  padded(images), &sums.loss, &sums.correct);
    if (set.predictions != nullptr)
      ops_.classify(memory.scores.data(), images, classes, padded(images),
                    (*set.predictions)[m].data() + begin);
    if (set.clean == nullptr) continue;
    std::array<std::uint8_t, group_size> predictions;
    ops_.classify(memory.scores.data(), images, classes, padded(images), predictions.data());
    sums.clean = 0;
    for (std::size_t b = 0; b < images; ++b) sums.clean += predictions[b] == set.clean[begin + b] ? 1u : 0u;
  }
}

void Evaluation::drop(std::size_t i) {
  test_predictions_.erase(test_predictions_.begin() + static_cast<std::ptrdiff_t>(i));
}

}  // namespace runner
