#include "judgement.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>
#include <vector>

namespace runner {
namespace {

using Series = std::vector<double>;

constexpr double surely = 2.2, perhaps = 1.4;             // rise in units of its noise
constexpr double sure_rise = 0.01, perhaps_rise = 0.005;  // as a share of the minimum
constexpr double least_fall = 2;                          // in units of its noise
constexpr double per_image = 2.5;  // spread of the change of an image's loss, in units of rise + fall
constexpr double chance = 3;       // standard deviations of an accuracy
constexpr std::size_t epochs_for_jitter = 8;

double median(Series numbers) {
  const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() / 2);
  std::nth_element(numbers.begin(), middle, numbers.end());
  return *middle;
}

std::size_t window_of(std::size_t last) {
  return std::max<std::size_t>(2, (2 * last + 7) / 14);
}

/// The mean of `width` numbers from each place on.
Series trend_of(const Series& numbers, std::size_t width) {
  Series sums{0};  // of the numbers before each place
  for (const double number : numbers) sums.push_back(sums.back() + number);
  Series trend;
  for (std::size_t i = 0; i + width <= numbers.size(); ++i)
    trend.push_back((sums[i + width] - sums[i]) / static_cast<double>(width));
  return trend;
}

/// The standard deviation of independent noise on a curve that bends little within three epochs. A median, so
/// that single leaps do not count. 0 of fewer than three epochs.
double jitter_of(const Series& curve) {
  Series bends;
  for (std::size_t t = 1; t + 1 < curve.size(); ++t)
    bends.push_back(std::abs(curve[t] - (curve[t - 1] + curve[t + 1]) / 2));
  return bends.empty() ? 0 : 1.4826 * median(std::move(bends)) / std::sqrt(1.5);
}

/// From `first` on, where that is enough to tell it by.
double jitter_of(const Series& curve, std::size_t first) {
  if (curve.size() < first + epochs_for_jitter) return jitter_of(curve);
  return jitter_of(Series(curve.begin() + static_cast<std::ptrdiff_t>(first), curve.end()));
}

/// The curves of some runs over epochs 1 … last.
std::vector<Series> curves_by_run(const Runs& runs, Metric metric, std::size_t last) {
  std::vector<Series> curves;
  for (const StoredRun* run : runs) {
    const std::vector<float>& values = run->curves[metric];
    curves.emplace_back(values.begin() + 1, values.begin() + static_cast<std::ptrdiff_t>(last) + 1);
  }
  return curves;
}

Series mean_of(const std::vector<Series>& curves) {
  Series mean(curves.front().size());
  for (const Series& curve : curves)
    for (std::size_t e = 0; e < mean.size(); ++e) mean[e] += curve[e];
  for (double& value : mean) value /= static_cast<double>(curves.size());
  return mean;
}

/// The variance of what separates seeds over time: of their means over the windows of `width` epochs that
/// follow one another, counted back from the end, as far as `first`; without what a window has in common, and
/// what a seed has.
double variance_between(const std::vector<Series>& curves, std::size_t first, std::size_t width) {
  const std::size_t seeds = curves.size(), epochs = curves.front().size(), windows = (epochs - first) / width;
  std::vector<Series> means;  // of each seed's windows
  for (const Series& curve : curves) {
    const Series trend = trend_of(curve, width);
    Series& own = means.emplace_back();
    for (std::size_t b = 0; b < windows; ++b) own.push_back(trend[epochs - (b + 1) * width]);
  }
  const Series common = mean_of(means);
  double squares = 0;
  for (Series& own : means) {
    for (std::size_t b = 0; b < windows; ++b) own[b] -= common[b];
    const double level = std::accumulate(own.begin(), own.end(), 0.0) / static_cast<double>(windows);
    for (const double value : own) squares += (value - level) * (value - level);
  }
  return squares / static_cast<double>((seeds - 1) * (windows - 1));
}

/// The first place from which on the increasing curve that lies nearest to these numbers (isotonic
/// regression, by pooling adjacent violators) is above `level`; their number if there is none.
std::size_t rises_above(const Series& numbers, double level) {
  struct Pool {
    double sum;
    std::size_t count;
    double mean() const { return sum / static_cast<double>(count); }
  };
  std::vector<Pool> pools;
  for (const double number : numbers) {
    pools.push_back({number, 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean() >= pools.back().mean()) {
      const Pool merged = pools.back();
      pools.pop_back();
      pools.back().sum += merged.sum;
      pools.back().count += merged.count;
    }
  }
  std::size_t place = 0;
  for (const Pool& pool : pools) {
    if (pool.mean() > level) break;
    place += pool.count;
  }
  return place;
}

bool learned(const StoredRun& run, std::size_t last, const Baseline& baseline) {
  const std::size_t epochs = std::min(window_of(last), last);
  double loss = 0, accuracy = 0;
  for (std::size_t e = last + 1 - epochs; e <= last; ++e) {
    loss += static_cast<double>(run.curves[Metric::train_loss][e]) / static_cast<double>(epochs);
    accuracy += static_cast<double>(run.curves[Metric::train_accuracy][e]) / static_cast<double>(epochs);
  }
  const double c = baseline.accuracy;
  const double luck = baseline.train_images > 0
                          ? chance * std::sqrt(c * (1 - c) / static_cast<double>(baseline.train_images))
                          : 0;
  return loss < baseline.loss && accuracy > c + luck;
}

/// Of runs that learned.
Judgement judge_learned(const Runs& runs, Metric loss, std::size_t last, const Baseline& baseline) {
  Judgement fits{Verdict::fits, -1, static_cast<int>(last), 0};
  const std::size_t width = window_of(last);
  if (last < 2 * width) return fits;
  const std::vector<Series> curves = curves_by_run(runs, loss, last);
  const Series mean = mean_of(curves), train_mean = mean_of(curves_by_run(runs, Metric::train_loss, last));
  const auto finite = [](const Series& numbers) {
    return std::all_of(numbers.begin(), numbers.end(), [](double number) { return std::isfinite(number); });
  };
  if (!finite(mean) || !finite(train_mean)) return fits;  // of a damaged file
  const Series trend = trend_of(mean, width), train_trend = trend_of(train_mean, width);
  const auto minimum = static_cast<std::size_t>(std::min_element(trend.begin(), trend.end()) - trend.begin());
  const std::size_t end = trend.size() - 1;
  if (minimum + width > end) return fits;

  fits.rise = trend[end] / trend[minimum] - 1;
  const double rise = trend[end] - trend[minimum], fall = train_trend[minimum] - train_trend[end];
  const double epochs = static_cast<double>(width), seeds = static_cast<double>(runs.size());
  double variance = std::pow(jitter_of(mean, minimum), 2) / epochs;
  if (runs.size() > 1) variance = std::max(variance, variance_between(curves, minimum, width) / seeds);
  double squared_noise = 2 * variance;
  if (baseline.chosen_images > 0)
    squared_noise +=
        std::pow(per_image * (rise + std::max(fall, 0.0)), 2) / static_cast<double>(baseline.chosen_images);
  const double noise = std::sqrt(squared_noise);
  const double fall_noise = std::sqrt(2 / epochs) * jitter_of(train_mean, minimum);

  const auto rises = [&](double share, double factor) {
    return rise > share * trend[minimum] && rise > factor * noise;
  };
  if (!(fall > least_fall * fall_noise) || !rises(perhaps_rise, perhaps)) return fits;
  const std::size_t middle = minimum + (width - 1) / 2;  // epoch middle + 1
  const std::size_t onset =
      middle + rises_above(Series(mean.begin() + static_cast<std::ptrdiff_t>(middle), mean.end()),
                           (1 + sure_rise) * trend[minimum]);
  const bool sure = rises(sure_rise, surely) && onset < mean.size();
  return {sure ? Verdict::overfits : Verdict::perhaps, onset < mean.size() ? static_cast<int>(onset) + 1 : -1,
          static_cast<int>(middle) + 1, fits.rise};
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::none:
      return "";
    case Verdict::diverged:
      return "diverged";
    case Verdict::did_not_learn:
      return "did_not_learn";
    case Verdict::fits:
      return "fits";
    case Verdict::perhaps:
      return "perhaps";
    case Verdict::overfits:
      return "overfits";
  }
  return "";
}

Baseline baseline_of(const ResultsData& results, Loss loss) {
  const Origin& origin = results.origin;
  Baseline baseline{0, 0, origin.data.train_size,
                    origin.data.validation_size > 0 ? origin.data.validation_size : origin.data.test_size};
  const std::vector<std::int64_t>& counts = origin.data.train_class_counts;
  const auto all = std::accumulate(counts.begin(), counts.end(), 0.0);
  if (all > 0) {
    double entropy = 0, squares = 0;
    for (const std::int64_t count : counts) {
      const double share = static_cast<double>(count) / all;
      if (share > 0) entropy -= share * std::log(share);
      squares += share * share;
      baseline.accuracy = std::max(baseline.accuracy, share);
    }
    baseline.loss = loss == Loss::cross_entropy ? entropy : (1 - squares) / 2;
    return baseline;
  }
  Series losses, accuracies;
  for (const StoredRun& run : results.runs) {
    if (run.run.spec.loss != loss || run.epochs_done < 0 ||
        !std::isfinite(run.curves[Metric::train_loss][0]) ||
        !std::isfinite(run.curves[Metric::train_accuracy][0]))
      continue;
    losses.push_back(run.curves[Metric::train_loss][0]);
    accuracies.push_back(run.curves[Metric::train_accuracy][0]);
  }
  if (losses.empty()) return baseline;
  baseline.loss = median(std::move(losses));
  baseline.accuracy = median(std::move(accuracies));
  return baseline;
}

Judgement judge(const Runs& done, Metric loss, std::size_t last, const Baseline& baseline) {
  Runs taught;
  std::copy_if(done.begin(), done.end(), std::back_inserter(taught),
               [&](const StoredRun* run) { return learned(*run, last, baseline); });
  if (2 * taught.size() < done.size() || taught.empty())
    return {Verdict::did_not_learn, -1, static_cast<int>(last), 0};
  return judge_learned(taught, loss, last, baseline);
}

}  // namespace runner
