#include "runner/compute/update_rule.hpp"

#include "runner/compute/learning_rate.hpp"

#include <cmath>

namespace runner {

static_assert(Sgd::moments == moment_count(Optimizer::sgd));
static_assert(Momentum::moments == moment_count(Optimizer::momentum));
static_assert(Nesterov::moments == moment_count(Optimizer::nesterov));
static_assert(AdaGrad::moments == moment_count(Optimizer::adagrad));
static_assert(RmsProp::moments == moment_count(Optimizer::rmsprop));
static_assert(Adam::moments == moment_count(Optimizer::adam));

UpdateConstants<float> update_constants(const RunSpec& run, float rate, std::uint64_t step) {
  const auto single = [](double value) { return static_cast<float>(value); };
  const auto widened = [](double value) { return static_cast<double>(static_cast<float>(value)); };
  const auto eta = static_cast<double>(rate);
  UpdateConstants<float> c;
  c.rate = rate;
  c.weight_decay = single(run.weight_decay);
  c.kept = single(1 - eta * widened(run.decoupled_weight_decay));
  c.momentum = single(run.momentum);
  c.decay_rate = single(run.decay_rate);
  c.beta1 = single(run.beta1);
  c.beta2 = single(run.beta2);
  c.inverse_root = 1;
  c.epsilon = single(run.epsilon);
  if (run.optimizer == Optimizer::adam) {
    c.rate = single(eta / (1 - power(widened(run.beta1), step)));
    c.inverse_root = single(1 / std::sqrt(1 - power(widened(run.beta2), step)));
  }
  return c;
}

}  // namespace runner
