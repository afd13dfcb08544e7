#include "runner/report/statistics.hpp"

#include <algorithm>
#include <cmath>

#include <boost/math/distributions/students_t.hpp>

namespace runner {

double mean(std::span<const double> numbers) {
  double sum = 0;
  for (const double x : numbers) sum += x;
  return sum / static_cast<double>(numbers.size());
}

Estimate estimate(std::span<const double> numbers) {
  Estimate result{.mean = mean(numbers)};
  if (numbers.empty()) return result;
  result.least = *std::min_element(numbers.begin(), numbers.end());
  result.most = *std::max_element(numbers.begin(), numbers.end());
  if (numbers.size() < 3) return result;
  const auto n = static_cast<double>(numbers.size());
  double squares = 0;
  for (const double x : numbers) squares += (x - result.mean) * (x - result.mean);
  result.half_width = student_t(numbers.size()) * std::sqrt(squares / (n - 1) / n);
  return result;
}

double student_t(std::size_t n, double quantile) {
  // Almost all configurations of a sweep have the same number of seeds.
  struct Known {
    std::size_t n;
    double quantile, t;
  };
  thread_local Known last{};
  if (last.n != n || last.quantile != quantile)
    last = {n, quantile,
            boost::math::quantile(boost::math::students_t(static_cast<double>(n) - 1), quantile)};
  return last.t;
}

}  // namespace runner
