#include "runner/training/cohort_trainer.hpp"

#include "runner/data/label_noise.hpp"

#include "evaluation.hpp"
#include "mini_batches.hpp"
#include "network_stack.hpp"
#include "numerical_step.hpp"
#include "training_step.hpp"

#include <algorithm>
#include <cassert>

namespace runner {

Weights weights_of(const WeightsView& view) {
  Weights weights;
  weights.W1.reserve(view.pixels * view.hidden);
  for (std::size_t d = 0; d < view.pixels; ++d)
    for (std::size_t h = 0; h < view.hidden; ++h) weights.W1.push_back(view.W1(d, h));
  weights.b1.assign(view.b1, view.b1 + view.hidden);
  weights.W2.reserve(view.hidden * view.classes);
  for (std::size_t h = 0; h < view.hidden; ++h)
    weights.W2.insert(weights.W2.end(), view.W2 + h * view.W2_stride,
                      view.W2 + h * view.W2_stride + view.classes);
  weights.b2.assign(view.b2, view.b2 + view.classes);
  return weights;
}

Backend make_backend(std::string_view kernel, InstructionSet set) {
  return {&find_kernel(kernel, set), &elementwise(set), &central_differences(set)};
}

double memory_to_train(const RunSpec& run, const Dataset& data, const Backend& backend, std::size_t threads) {
  const auto batch_size = static_cast<std::size_t>(run.batch_size);
  const auto hidden = static_cast<std::size_t>(run.hidden_size);
  const Kernel& kernel = *backend.kernel;
  // The weights as they are drawn are freed before training, but the allocator may keep their place.
  const std::size_t drawn = data.pixels + data.classes;
  const std::size_t moments = moment_count(run.optimizer);
  const std::size_t unit = sizeof(float) * ((1 + moments) * (data.pixels + padded(data.classes)) + drawn +
                                            threads * Evaluation::group_size) +
                           kernel.digit_bytes(data.pixels) / lanes;
  const double kept = static_cast<double>(hidden) * static_cast<double>(unit) +
                      static_cast<double>(data.test.count + batch_size * data.pixels +
                                          threads * kernel.image_bytes(Evaluation::group_size, data.pixels));
  if (run.gradient == Gradient::numerical)
    return kept + NumericalStep::memory(batch_size, data.pixels, hidden, data.classes);
  const bool plain = moments == 0 && run.weight_decay == 0;  // its gradients of W1 are never in memory
  const std::size_t delta =
      sizeof(float) * (batch_size + (plain ? 0 : data.pixels)) * lanes + kernel.digit_bytes(batch_size);
  return kept + static_cast<double>(sizeof(float) * batch_size * hidden) +
         static_cast<double>(2 * kernel.image_bytes(batch_size, data.pixels) +
                             sizeof(float) * data.classes * padded(batch_size) + threads * delta);
}

namespace {

std::vector<std::uint8_t> labels_with_noise(const Dataset& data, const RunSpec& spec) {
  const auto share = static_cast<double>(static_cast<float>(spec.label_noise));
  if (share == 0) return {};
  return with_label_noise(data.train.labels, data.classes, static_cast<std::uint64_t>(spec.seed), share);
}

}  // namespace

struct CohortTrainer::State {
  Gradient gradient;  // of all
  int epoch;
  std::vector<std::uint8_t> noisy_labels;  // none without label noise
  std::span<const std::uint8_t> train_labels;
  NetworkStack stack;
  MiniBatches batches;
  TrainingStep step;
  Evaluation evaluation;

  /// `spec`: of the first run; all have its batches and its gradient.
  State(const Dataset& data, std::span<const RunSpec> runs, const RunSpec& spec, const Backend& backend,
        const std::atomic<bool>& split, std::span<const TrainingState> start, int trained)
      : gradient(spec.gradient),
        epoch(trained),
        noisy_labels(labels_with_noise(data, spec)),
        train_labels(noisy_labels.empty() ? data.train.labels : noisy_labels),
        stack(data, runs, backend, start),
        batches(data.train, train_labels, data.pixels, static_cast<std::size_t>(spec.batch_size),
                spec.sampling, static_cast<std::uint64_t>(spec.seed),
                gradient == Gradient::numerical ? nullptr : backend.kernel),
        step(stack, backend, gradient, static_cast<std::size_t>(spec.batch_size), split),
        evaluation(stack, data, train_labels, backend, split) {
    assert(runs.size() == 1 ||
           std::all_of(runs.begin(), runs.end(), [&](const RunSpec& run) { return same_cohort(run, spec); }));
  }
};

CohortTrainer::CohortTrainer(const Dataset& data, std::span<const RunSpec> runs, Backend backend,
                             const std::atomic<bool>& split, std::span<const TrainingState> start, int epoch)
    : state_(std::make_unique<State>(data, runs, runs.front(), backend, split, start, epoch)) {}

CohortTrainer::~CohortTrainer() = default;

std::size_t CohortTrainer::size() const {
  return state_->stack.size();
}

int CohortTrainer::epoch() const {
  return state_->epoch;
}

void CohortTrainer::train_epoch() {
  State& s = *state_;
  s.batches.begin_epoch(++s.epoch);
  s.stack.begin_epoch(s.epoch);
  const std::uint64_t before = static_cast<std::uint64_t>(s.epoch - 1) * s.batches.count();
  s.batches.prepare(0);
  for (std::size_t n = 0; n < s.batches.count(); ++n)
    s.step.train(s.batches[n], before + n + 1, [&] {
      if (n + 1 < s.batches.count()) s.batches.prepare(n + 1);
    });
  // A numerical step needs no digits, so that they are made for the evaluation alone.
  if (s.gradient == Gradient::numerical) s.stack.quantise();
}

void CohortTrainer::evaluate(std::span<Metrics> metrics) const {
  state_->evaluation.evaluate(metrics);
}

std::span<const std::uint8_t> CohortTrainer::test_predictions(std::size_t i) const {
  return state_->evaluation.test_predictions(i);
}

WeightsView CohortTrainer::weights(std::size_t i) const {
  return state_->stack.view(i);
}

TrainingState CohortTrainer::state(std::size_t i) const {
  return state_->stack.state(i);
}

void CohortTrainer::drop(std::size_t i) {
  state_->stack.drop(i);
  state_->evaluation.drop(i);
}

}  // namespace runner
