#include "seeds.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace runner {

std::vector<Runs> configurations_of(const ResultsData& results) {
  const auto spec = [&](std::size_t run) -> const RunSpec& { return results.runs[run].run.spec; };
  std::vector<Runs> configurations;
  for (const std::vector<std::size_t>& places : configurations_among(results.runs.size(), spec)) {
    configurations.emplace_back();
    for (const std::size_t place : places) configurations.back().push_back(&results.runs[place]);
  }
  return configurations;
}

namespace {

/// The runs that fulfil a condition, and the last epoch that each of them has.
template <class Condition>
MeasuredRuns runs_that(const Runs& runs, const RecordedEpochs& recorded, const Condition& condition) {
  MeasuredRuns measured{{}, recorded.size() - 1};
  for (const StoredRun* run : runs) {
    if (!condition(*run)) continue;
    measured.runs.push_back(run);
    measured.last = std::min(measured.last, recorded.count_to(std::max(run->epochs_done, 0)) - 1);
  }
  return measured;
}

}  // namespace

MeasuredRuns finished_runs(const Runs& runs, const RecordedEpochs& recorded) {
  return runs_that(runs, recorded, [](const StoredRun& run) { return has_finished(run.status); });
}

MeasuredRuns measured_runs(const Runs& runs, const RecordedEpochs& recorded) {
  MeasuredRuns finished = finished_runs(runs, recorded);
  if (!finished.runs.empty()) return finished;
  MeasuredRuns so_far =
      runs_that(runs, recorded, [](const StoredRun& run) { return run.status != RunStatus::diverged; });
  if (so_far.last == 0) so_far.runs.clear();
  return so_far;
}

std::size_t stopped_among(const Runs& runs) {
  return static_cast<std::size_t>(std::count_if(
      runs.begin(), runs.end(), [](const StoredRun* run) { return run->status == RunStatus::stopped; }));
}

std::size_t last_place(const StoredRun& run, const RecordedEpochs& recorded) {
  return recorded.count_to(run.epochs_done) - 1;
}

double gap_at(const StoredRun& run, std::size_t place) {
  return static_cast<double>(run.curves[Metric::train_accuracy][place]) -
         static_cast<double>(run.curves[Metric::test_accuracy][place]);
}

Images images_of(const Origin& origin) {
  return {origin.data.train_size, origin.data.validation_size, origin.data.test_size};
}

double as_hits(float accuracy, std::size_t images) {
  const auto count = static_cast<double>(images);
  return images > 0 ? std::round(accuracy * count) / count : accuracy;
}

Seeds::Seeds(Runs runs, Images images) : runs_(std::move(runs)), images_(images) {}

Estimate Seeds::at(Metric metric, std::size_t place) const {
  Estimate result = estimate(values(metric, place));
  result.mean = mean_at(metric, place);
  return result;
}

Estimate Seeds::difference(Metric a, std::size_t place_a, Metric b, std::size_t place_b) const {
  std::vector<double> differences = values(a, place_a);
  const std::vector<double> subtracted = values(b, place_b);
  for (std::size_t i = 0; i < differences.size(); ++i) differences[i] -= subtracted[i];
  return estimate(differences);
}

std::vector<double> Seeds::curve(Metric metric) const {
  std::vector<double> means(runs_.front()->curves[metric].size());
  for (std::size_t e = 0; e < means.size(); ++e) means[e] = mean_at(metric, e);
  return means;
}

std::vector<double> Seeds::values(Metric metric, std::size_t place) const {
  std::vector<double> result;
  for (const StoredRun* run : runs_) result.push_back(as_hits(run->curves[metric][place], images(metric)));
  return result;
}

double Seeds::mean_at(Metric metric, std::size_t place) const {
  const auto count = static_cast<double>(images(metric));
  if (!(count > 0)) return mean(values(metric, place));
  double hits = 0;  // of all seeds: a whole number, so that no sum is rounded
  for (const StoredRun* run : runs_) hits += std::round(run->curves[metric][place] * count);
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
