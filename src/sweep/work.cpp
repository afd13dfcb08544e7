#include "runner/sweep/work.hpp"

#include "runner/data/batch_order.hpp"

namespace runner {
namespace {

/// What a numerical gradient takes for each image, hidden unit and class, in multiply-adds: two losses for
/// each of some 100 values that the pixels of an image have, an exp in each.
constexpr double difference_cost = 2 * 100 * 30;

}  // namespace

EpochWork epoch_work(const RunSpec& spec, const DatasetFacts& data) {
  const auto batch_size = static_cast<std::size_t>(spec.batch_size);
  const auto hidden = static_cast<double>(spec.hidden_size);
  EpochWork work{};
  work.updates = updates_per_epoch(spec.sampling, data.train_size, batch_size);
  work.trained = spec.sampling == Sampling::shuffle ? data.train_size : work.updates * batch_size;
  work.evaluated = data.train_size + data.test_size + data.validation_size;
  // The sums are of integers, so that equal costs are equal whatever the order.
  double unit = static_cast<double>(work.trained * (2 * data.pixels + 3 * data.classes));
  if (spec.gradient == Gradient::numerical)
    unit += difference_cost * static_cast<double>(data.classes) * static_cast<double>(work.trained);
  work.training = hidden * unit;
  work.weights_written = hidden * static_cast<double>(2 * data.pixels * work.updates);
  work.evaluation = hidden * static_cast<double>(work.evaluated * (data.pixels + data.classes));
  return work;
}

double run_cost(const RunSpec& spec, const DatasetFacts& data) {
  const EpochWork work = epoch_work(spec, data);
  return work.training_cost() + work.evaluation;
}

}  // namespace runner
