#include "runner/compute/learning_rate.hpp"

namespace runner {
namespace {

/// cos(x·π/2) for 0 ≤ x ≤ 1, within some units of 1e-16: Taylor's series of the cosine, or of the sine of
/// the rest, up to a quarter of π.
double quarter_cosine(double x) {
  constexpr double half_pi = 1.57079632679489661923;
  constexpr int terms = 10;
  const bool near_zero = x <= 0.5;
  const double y = half_pi * (near_zero ? x : 1 - x);
  // 1 − y²/(1·2)·(1 − y²/(3·4)·(…)), and y times 1 − y²/(2·3)·(1 − y²/(4·5)·(…)).
  double sum = 1;
  for (int k = terms; k > 0; --k) {
    const double last = near_zero ? 2 * k : 2 * k + 1;
    sum = 1 - y * y / ((last - 1) * last) * sum;
  }
  return near_zero ? sum : y * sum;
}

double schedule(const RunSpec& run, int epoch) {
  const double factor = static_cast<double>(static_cast<float>(run.schedule_factor));
  switch (run.learning_rate_schedule) {
    case LearningRateSchedule::constant:
      return 1;
    case LearningRateSchedule::step:
      return power(factor, static_cast<std::uint64_t>((epoch - 1) / run.schedule_epochs));
    case LearningRateSchedule::cosine:
      if (epoch > run.schedule_epochs) return 0;
      // ½·(1 + cos 2y) = cos² y.
      const double root = quarter_cosine(static_cast<double>(epoch - 1) / run.schedule_epochs);
      return root * root;
  }
  return 1;
}

}  // namespace

double power(double base, std::uint64_t exponent) {
  double result = 1;
  for (; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result *= base;
    base *= base;
  }
  return result;
}

float learning_rate(const RunSpec& run, int epoch) {
  const auto rate = static_cast<double>(static_cast<float>(run.learning_rate));
  return static_cast<float>(rate * schedule(run, epoch));
}

}  // namespace runner
