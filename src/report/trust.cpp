#include "runner/report/trust.hpp"

#include "runner/report/statistics.hpp"

#include "judged_seeds.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace runner {
namespace {

constexpr std::size_t most_rivals = 100;
constexpr double error = 0.05, power = 0.8;

double mean_own(const JudgedSeeds& seeds) {
  double sum = 0;
  for (const JudgedSeed& seed : seeds) sum += seed.own;
  return sum / static_cast<double>(seeds.size());
}

/// The quantile that one comparison of m − 1 is held against.
double quantile_of(std::size_t m) {
  return 1 - error / static_cast<double>(m - 1);
}

/// Those with the largest means.
std::vector<std::size_t> rivals_among(std::span<const JudgedSeeds> configurations) {
  std::vector<double> means;
  for (const JudgedSeeds& seeds : configurations) means.push_back(mean_own(seeds));
  std::vector<std::size_t> rivals(configurations.size());
  std::iota(rivals.begin(), rivals.end(), std::size_t{0});
  std::stable_sort(rivals.begin(), rivals.end(),
                   [&](std::size_t a, std::size_t b) { return means[a] > means[b]; });
  rivals.resize(std::min(rivals.size(), most_rivals));
  return rivals;
}

}  // namespace

PairedDifference difference_of(const JudgedSeeds& a, const JudgedSeeds& b, double step) {
  double sum = 0, shares = 0, squares = 0;
  PairedDifference result;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
    if (x->seed != y->seed) {
      ++(x->seed < y->seed ? x : y);
      continue;
    }
    const double share = x->share - y->share;
    shares += share;
    squares += share * share;
    sum += x++->own - y++->own;
    ++result.seeds;
  }
  if (result.seeds < 2) return result;
  const auto n = static_cast<double>(result.seeds);
  result.mean = sum / n;
  const double variance = std::max(0.0, squares - shares * shares / n) / (n - 1);
  result.sd = std::sqrt(std::max(variance, step * step / 6));
  return result;
}

std::vector<bool> told_from_best(std::span<const JudgedSeeds> configurations, double step) {
  std::vector<bool> told(configurations.size());
  if (configurations.size() < 2) return told;
  const double quantile = quantile_of(configurations.size());
  const std::vector<std::size_t> rivals = rivals_among(configurations);
  std::map<std::size_t, double> factors;  // by the number of seeds; slow to find
  const auto factor = [&](std::size_t n) {
    const auto [known, is_new] = factors.try_emplace(n);
    if (is_new) known->second = student_t(n, quantile);
    return known->second;
  };
  for (std::size_t i = 0; i < configurations.size(); ++i)
    told[i] = std::any_of(rivals.begin(), rivals.end(), [&](std::size_t rival) {
      const PairedDifference d = difference_of(configurations[rival], configurations[i], step);
      if (rival == i || d.seeds < 2 || d.mean <= 0) return false;
      return d.mean * std::sqrt(static_cast<double>(d.seeds)) > factor(d.seeds) * d.sd;
    });
  return told;
}

double without_luck(std::span<const JudgedSeeds> configurations, std::size_t winner) {
  double sum = 0;
  for (const JudgedSeed& left_out : configurations[winner]) {
    const JudgedSeed* chosen = &left_out;
    for (const JudgedSeeds& seeds : configurations) {
      const auto found =
          std::lower_bound(seeds.begin(), seeds.end(), left_out.seed,
                           [](const JudgedSeed& one, std::int64_t seed) { return one.seed < seed; });
      if (found != seeds.end() && found->seed == left_out.seed && found->others > chosen->others)
        chosen = &*found;
    }
    sum += chosen->test;
  }
  return sum / static_cast<double>(configurations[winner].size());
}

std::size_t seeds_to_tell(double mean, double sd, std::size_t m) {
  const auto enough = [&](std::size_t n) {
    return (student_t(n, quantile_of(m)) + student_t(n, power)) * sd <=
           mean * std::sqrt(static_cast<double>(n));
  };
  if (!(mean > 0)) return most_seeds;
  std::size_t few = 1, many = 2;
  while (!enough(many)) {
    if (many >= most_seeds) return most_seeds;
    few = many;
    many = std::min(2 * many, most_seeds);
  }
  while (many - few > 1) {
    const std::size_t middle = (few + many) / 2;
    (enough(middle) ? many : few) = middle;
  }
  return many;
}

}  // namespace runner
