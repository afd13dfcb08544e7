#include "runner/error/error.hpp"
#include "runner/error/printable.hpp"
#include "runner/report/effect.hpp"

#include "compared_axis.hpp"
#include "samples.hpp"
#include "seeds.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include <boost/math/distributions/students_t.hpp>
#include <fmt/format.h>

namespace runner {
namespace {

/// Values that a table has a line for each of; of more it takes bins.
constexpr std::size_t most_lines = 30;

constexpr std::size_t least_samples_for_bins = 10, least_samples_in_a_bin = 5;

/// Training accuracy, test accuracy and gap.
using MeasuredNumbers = std::array<double, 3>;

/// The configurations of a file by their specifications alone; verdicts take long.
std::vector<ConfigurationSummary> specifications_in(const ResultsData& results) {
  std::vector<ConfigurationSummary> all;
  for (const Runs& runs : configurations_of(results)) {
    all.emplace_back();
    all.back().spec = runs.front()->run.spec;
  }
  return all;
}

const Column& column_of(const AxisInfo& axis) {
  const std::span<const Column> columns = axis_columns();
  return *std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == axis.name; });
}

MeasuredNumbers numbers_at(std::size_t last, const StoredRun& run, const Images& images) {
  const double training = as_hits(run.curves[Metric::train_accuracy][last], images.train);
  const double testing = as_hits(run.curves[Metric::test_accuracy][last], images.test);
  return {training, testing, training - testing};
}

/// The means of what was measured over several, added up one by one.
struct Sum {
  MeasuredNumbers sums{};
  std::size_t count = 0;

  void add(const MeasuredNumbers& numbers) {
    for (std::size_t m = 0; m < sums.size(); ++m) sums[m] += numbers[m];
    ++count;
  }
  MeasuredNumbers means() const {
    MeasuredNumbers all = sums;
    for (double& number : all) number /= static_cast<double>(count);
    return all;
  }
};

/// The values of a sample on the axis, and what was measured of it.
struct Sampled {
  double value = 0;
  Sum sum;
};

/// The change of a mean against another, with Welch's interval; NaN of a single number.
Estimate unpaired_change(const std::vector<double>& own, const std::vector<double>& first, double quantile) {
  Estimate change;
  change.mean = mean(own) - mean(first);
  const auto squared_error = [](const std::vector<double>& numbers) {
    double squares = 0;
    for (const double x : numbers) squares += (x - mean(numbers)) * (x - mean(numbers));
    const auto n = static_cast<double>(numbers.size());
    return squares / (n - 1) / n;
  };
  if (own.size() < 2 || first.size() < 2) return change;
  const double a = squared_error(own), b = squared_error(first);
  if (a + b == 0) {
    change.half_width = 0;
    return change;
  }
  const double degrees =
      (a + b) * (a + b) /
      (a * a / static_cast<double>(own.size() - 1) + b * b / static_cast<double>(first.size() - 1));
  change.half_width = boost::math::quantile(boost::math::students_t(degrees), quantile) * std::sqrt(a + b);
  return change;
}

}  // namespace

bool wants_bins(const ResultsData& results, std::string_view name) {
  const AxisInfo& axis = compared_axis(name);
  if (!axis.words.empty()) return false;
  const std::vector<ConfigurationSummary> all = specifications_in(results);
  return different_values(all, column_of(axis)).size() > most_lines || is_sampled(all, column_of(axis));
}

Effect effect_in_bins(const ResultsData& results, std::string_view name) {
  const AxisInfo& axis = compared_axis(name);
  const Column& column = column_of(axis);
  Effect effect;
  effect.name = printable(results.name);
  effect.axis = std::string(name);
  effect.in_bins = true;

  // A sample is told by all values that were drawn, and by its own on this axis.
  const std::vector<ConfigurationSummary> specs = specifications_in(results);
  if (different_values(specs, column).size() < 2)
    throw bad_input(fmt::format("{} has {} of {}: there is nothing to compare", results.file.string(),
                                specs.empty() ? "no value" : "one value", name));
  const std::span<const Column> columns = axis_columns();
  std::vector<Column> telling = sampled_axes(specs, {columns.begin(), columns.end()});
  telling.push_back(column);
  const Samples samples = samples_of(specs, telling);

  std::vector<Sampled> all(samples.count);
  const std::vector<Runs> configurations = configurations_of(results);
  const Images images = images_of(results.origin);
  for (std::size_t c = 0; c < configurations.size(); ++c) {
    if (!column.has_value(specs[c])) {
      effect.not_applicable += configurations[c].size();
      continue;
    }
    const auto [finished, last] = finished_runs(configurations[c], results.recorded);
    effect.left_out += configurations[c].size() - finished.size();
    effect.stopped += stopped_among(finished);
    Sum seeds;
    for (const StoredRun* run : finished) seeds.add(numbers_at(last, *run, images));
    all[samples.of[c]].value = column.value(specs[c]);
    if (seeds.count > 0) all[samples.of[c]].sum.add(seeds.means());
  }
  std::erase_if(all, [](const Sampled& sample) { return sample.sum.count == 0; });
  effect.samples = all.size();
  if (all.size() < least_samples_for_bins) return effect;

  std::vector<double> values;
  for (const Sampled& sample : all) values.push_back(sample.value);
  const Bins bins =
      quantile_bins(values, std::clamp<std::size_t>(all.size() / least_samples_in_a_bin, 2, usual_bins));
  std::vector<std::array<std::vector<double>, 3>> in_bin(bins.count());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const MeasuredNumbers means = all[i].sum.means();
    for (std::size_t m = 0; m < means.size(); ++m) in_bin[bins.at[i]][m].push_back(means[m]);
  }
  const double quantile = simultaneous_quantile(std::max<std::size_t>(bins.count(), 2) - 1);
  for (std::size_t b = 0; b < bins.count(); ++b) {
    EffectOfValue row;
    row.value = bin_text(bins.least[b], bins.most[b]);
    row.least = bins.least[b];
    row.most = bins.most[b];
    row.samples = in_bin[b].front().size();
    const auto fill = [&](std::size_t m, Estimate& level, Estimate& change) {
      level = estimate(in_bin[b][m]);
      change = b > 0 ? unpaired_change(in_bin[b][m], in_bin[0][m], quantile) : Estimate{.mean = 0};
    };
    fill(0, row.train_accuracy, row.train_change);
    fill(1, row.test_accuracy, row.test_change);
    fill(2, row.gap, row.gap_change);
    effect.values.push_back(std::move(row));
  }
  return effect;
}

}  // namespace runner
