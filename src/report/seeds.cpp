#include "seeds.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <utility>

namespace runner {

std::vector<Runs> configurations_of(const ResultsData& results) {
  std::vector<Runs> configurations;
  std::map<RunSpec, std::size_t> known;
  for (const StoredRun& stored : results.runs) {
    RunSpec but_for_the_seed = stored.run.spec;
    but_for_the_seed.seed = 0;
    const auto [at, is_new] = known.try_emplace(but_for_the_seed, configurations.size());
    if (is_new) configurations.emplace_back();
    configurations[at->second].push_back(&stored);
  }
  return configurations;
}

MeasuredRuns measured_runs(const Runs& runs, std::size_t epochs) {
  MeasuredRuns done{{}, epochs}, so_far{{}, epochs};
  for (const StoredRun* run : runs) {
    if (run->status == RunStatus::done) done.runs.push_back(run);
    if (run->status == RunStatus::diverged) continue;
    so_far.runs.push_back(run);
    so_far.last = std::min(so_far.last, static_cast<std::size_t>(std::max(run->epochs_done, 0)));
  }
  if (!done.runs.empty()) return done;
  if (so_far.last == 0) so_far.runs.clear();
  return so_far;
}

double gap_after(const StoredRun& run, std::size_t epoch) {
  return static_cast<double>(run.curves[Metric::train_accuracy][epoch]) -
         static_cast<double>(run.curves[Metric::test_accuracy][epoch]);
}

Images images_of(const Origin& origin) {
  return {origin.data.train_size, origin.data.validation_size, origin.data.test_size};
}

double as_hits(float accuracy, std::size_t images) {
  const auto count = static_cast<double>(images);
  return images > 0 ? std::round(accuracy * count) / count : accuracy;
}

Seeds::Seeds(Runs runs, Images images) : runs_(std::move(runs)), images_(images) {}

Estimate Seeds::at(Metric metric, std::size_t epoch) const {
  Estimate result = estimate(values(metric, epoch));
  result.mean = mean_after(metric, epoch);
  return result;
}

Estimate Seeds::difference(Metric a, std::size_t epoch_a, Metric b, std::size_t epoch_b) const {
  std::vector<double> differences = values(a, epoch_a);
  const std::vector<double> subtracted = values(b, epoch_b);
  for (std::size_t i = 0; i < differences.size(); ++i) differences[i] -= subtracted[i];
  return estimate(differences);
}

std::vector<double> Seeds::curve(Metric metric) const {
  std::vector<double> means(runs_.front()->curves[metric].size());
  for (std::size_t e = 0; e < means.size(); ++e) means[e] = mean_after(metric, e);
  return means;
}

std::vector<double> Seeds::values(Metric metric, std::size_t epoch) const {
  std::vector<double> result;
  for (const StoredRun* run : runs_) result.push_back(as_hits(run->curves[metric][epoch], images(metric)));
  return result;
}

double Seeds::mean_after(Metric metric, std::size_t epoch) const {
  const auto count = static_cast<double>(images(metric));
  if (!(count > 0)) return mean(values(metric, epoch));
  double hits = 0;  // of all seeds: a whole number, so that no sum is rounded
  for (const StoredRun* run : runs_) hits += std::round(run->curves[metric][epoch] * count);
  return hits / (count * static_cast<double>(runs_.size()));
}

std::size_t Seeds::images(Metric metric) const {
  if (info(metric).quantity != Quantity::accuracy) return 0;
  switch (info(metric).set) {
    case ImageSet::train:
      return images_.train;
    case ImageSet::validation:
      return images_.validation;
    case ImageSet::test:
      return images_.test;
  }
  return 0;
}

Metric chosen_accuracy(bool validated) {
  return validated ? Metric::validation_accuracy : Metric::test_accuracy;
}

Metric chosen_loss(bool validated) {
  return validated ? Metric::validation_loss : Metric::test_loss;
}

std::string_view chosen_set(bool validated) {
  return validated ? "validation" : "test";
}

std::vector<MetricInfo> metrics_of(Quantity quantity) {
  std::vector<MetricInfo> metrics;
  std::copy_if(metric_table.begin(), metric_table.end(), std::back_inserter(metrics),
               [&](const MetricInfo& line) { return line.quantity == quantity; });
  std::stable_sort(metrics.begin(), metrics.end(),
                   [](const MetricInfo& a, const MetricInfo& b) { return a.set < b.set; });
  return metrics;
}

}  // namespace runner
