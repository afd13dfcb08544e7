#include "judged_seeds.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

namespace runner {
namespace {

/// Accuracies of seeds after some epochs, in hits where the images are known: sums of whole numbers, so that
/// equal means are equal.
struct SeedsByEpoch {
  std::size_t epochs;
  std::vector<double> hits;  ///< seeds × epochs
  std::vector<double> sums;  ///< of each epoch

  double at(std::size_t seed, std::size_t epoch) const { return hits[seed * epochs + epoch]; }

  /// The first epoch with the largest mean of all seeds but these two, which may be the same one.
  std::size_t chosen_without(std::size_t a, std::size_t b) const {
    const auto mean_of = [&](std::size_t e) { return sums[e] - at(a, e) - (a == b ? 0 : at(b, e)); };
    std::size_t best = 0;
    double most = mean_of(0);
    for (std::size_t e = 1; e < epochs; ++e)
      if (const double sum = mean_of(e); sum > most) {
        best = e;
        most = sum;
      }
    return best;
  }
};

/// The epochs that may have the largest mean when two seeds are left out.
std::vector<std::size_t> candidates_of(const SeedsByEpoch& all, std::size_t seeds) {
  const auto best =
      static_cast<std::size_t>(std::max_element(all.sums.begin(), all.sums.end()) - all.sums.begin());
  std::vector<std::size_t> candidates;
  for (std::size_t e = 0; e < all.epochs; ++e) {
    double widest = 0;
    for (std::size_t s = 0; s < seeds; ++s) widest = std::max(widest, all.at(s, best) - all.at(s, e));
    const bool is_out = all.sums[best] - all.sums[e] > 2 * widest;  // never of what is no number
    if (!is_out) candidates.push_back(e);
  }
  return candidates;
}

/// JudgedSeed::share of each seed, in the unit of the hits; `chosen`: the epoch for each seed.
std::vector<double> shares_of(const SeedsByEpoch& all, std::span<const std::size_t> chosen) {
  const std::size_t seeds = chosen.size();
  double sum = 0;
  for (std::size_t s = 0; s < seeds; ++s) sum += all.at(s, chosen[s]);
  std::vector<double> shares(seeds, sum);
  for (std::size_t a = 0; a < seeds; ++a)
    for (std::size_t b = 0; b < a; ++b) {
      const std::size_t epoch = seeds == 2 ? all.epochs - 1 : all.chosen_without(a, b);
      shares[a] -= all.at(b, epoch);
      shares[b] -= all.at(a, epoch);
    }
  return shares;
}

}  // namespace

JudgedSeeds judged_seeds(const Runs& runs, std::size_t last, Images images, bool validated) {
  if (runs.size() < 2) return {};
  const Metric metric = chosen_accuracy(validated);
  const std::size_t count = validated ? images.validation : images.test;
  const double unit = count > 0 ? static_cast<double>(count) : 1;
  const auto table_of = [&](std::span<const std::size_t> epochs) {
    SeedsByEpoch table{epochs.size(), {}, std::vector<double>(epochs.size())};
    for (const StoredRun* run : runs)
      for (std::size_t e = 0; e < epochs.size(); ++e) {
        const auto accuracy = static_cast<double>(run->curves[metric][epochs[e]]);
        table.hits.push_back(count > 0 ? std::round(accuracy * unit) : accuracy);
        table.sums[e] += table.hits.back();
      }
    return table;
  };
  std::vector<std::size_t> epochs(last + 1);
  std::iota(epochs.begin(), epochs.end(), std::size_t{0});
  SeedsByEpoch all = table_of(epochs);
  // Most epochs are out of the question, and pairs of seeds are many. Of two seeds the last epoch counts.
  if (runs.size() > 2) {
    epochs = candidates_of(all, runs.size());
    all = table_of(epochs);
  }

  std::vector<std::size_t> chosen;
  for (std::size_t s = 0; s < runs.size(); ++s) chosen.push_back(all.chosen_without(s, s));
  const std::vector<double> shares = shares_of(all, chosen);
  JudgedSeeds seeds;
  for (std::size_t s = 0; s < runs.size(); ++s) {
    const double others = all.sums[chosen[s]] - all.at(s, chosen[s]);
    seeds.push_back({runs[s]->run.spec.seed, others / unit / static_cast<double>(runs.size() - 1),
                     all.at(s, chosen[s]) / unit,
                     as_hits(runs[s]->curves[Metric::test_accuracy][epochs[chosen[s]]], images.test),
                     shares[s] / unit});
  }
  std::sort(seeds.begin(), seeds.end(),
            [](const JudgedSeed& a, const JudgedSeed& b) { return a.seed < b.seed; });
  return seeds;
}

}  // namespace runner
