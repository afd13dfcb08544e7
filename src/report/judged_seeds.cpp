#include "judged_seeds.hpp"

#include <algorithm>
#include <cmath>

namespace runner {

JudgedSeeds judged_seeds(const Runs& runs, std::size_t last, Images images, bool validated) {
  if (runs.size() < 2) return {};
  const Metric metric = chosen_accuracy(validated);
  const std::size_t count = validated ? images.validation : images.test;
  // Where the images are known, sums are of hits: whole numbers, so that equal means are equal.
  const double unit = count > 0 ? static_cast<double>(count) : 1;
  const auto hits = [&](const StoredRun& run, std::size_t place) {
    return count > 0 ? std::round(static_cast<double>(run.curves[metric][place]) * unit)
                     : static_cast<double>(run.curves[metric][place]);
  };
  std::vector<double> sums(last + 1);
  for (const StoredRun* run : runs)
    for (std::size_t e = 0; e <= last; ++e) sums[e] += hits(*run, e);

  JudgedSeeds seeds;
  for (const StoredRun* run : runs) {
    std::size_t best = 0;
    double most = sums[0] - hits(*run, 0);
    for (std::size_t e = 1; e <= last; ++e)
      if (const double sum = sums[e] - hits(*run, e); sum > most) {
        best = e;
        most = sum;
      }
    seeds.push_back({run->run.spec.seed, most / unit / static_cast<double>(runs.size() - 1),
                     hits(*run, best) / unit,
                     as_hits(run->curves[Metric::test_accuracy][best], images.test)});
  }
  std::sort(seeds.begin(), seeds.end(),
            [](const JudgedSeed& a, const JudgedSeed& b) { return a.seed < b.seed; });
  return seeds;
}

}  // namespace runner
