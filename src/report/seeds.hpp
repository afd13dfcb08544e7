#pragma once

#include "runner/report/curves.hpp"
#include "runner/report/statistics.hpp"
#include "runner/results/results_data.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace runner {

using Runs = std::vector<const StoredRun*>;

// In this layer a place is an index into ResultsData::recorded, and so into curves: the epoch itself where
// every epoch is recorded.

/// The runs of each configuration: those that differ in nothing but the seed, wherever they stand in the
/// file, in the order of their first.
std::vector<Runs> configurations_of(const ResultsData& results);

/// The runs of a configuration that are measured, and after which epoch: those that are done or stopped
/// early; where none is, all that have not diverged; after the last epoch that each of them has. No runs
/// where one of these has no epoch but that of the untrained network.
struct MeasuredRuns {
  Runs runs;
  std::size_t last;  ///< the place of that epoch
};
MeasuredRuns measured_runs(const Runs& runs, const RecordedEpochs& recorded);

/// The same of those alone that are done or stopped early; no runs where none is.
MeasuredRuns finished_runs(const Runs& runs, const RecordedEpochs& recorded);

/// How many of some runs were stopped early.
std::size_t stopped_among(const Runs& runs);

/// The place of the last epoch of a run that has one.
std::size_t last_place(const StoredRun& run, const RecordedEpochs& recorded);

/// Train minus test accuracy of a run at a place.
double gap_at(const StoredRun& run, std::size_t place);

/// How many images the accuracies of a file are shares of; 0: not known.
struct Images {
  std::size_t train = 0, validation = 0, test = 0;
};
Images images_of(const Origin& origin);

/// An accuracy as the share of hits that it is, which float32 has rounded; as it is where the number of
/// images is 0.
double as_hits(float accuracy, std::size_t images);

/// The runs of one configuration that are done; at least one. Where the numbers of images are known,
/// accuracies are taken for the hits that they are: as many hits have exactly the same mean, however seeds
/// share them.
class Seeds {
 public:
  explicit Seeds(Runs runs, Images images = {});

  const Runs& runs() const { return runs_; }

  /// Whether there are numbers of it.
  bool has(Metric metric) const { return !runs_.front()->curves[metric].empty(); }

  /// Of the values of a metric at a place.
  Estimate at(Metric metric, std::size_t place) const;

  /// Of the differences a − b, seed by seed.
  Estimate difference(Metric a, std::size_t place_a, Metric b, std::size_t place_b) const;

  /// The mean at each place.
  std::vector<double> curve(Metric metric) const;

 private:
  std::vector<double> values(Metric metric, std::size_t place) const;
  double mean_at(Metric metric, std::size_t place) const;
  std::size_t images(Metric metric) const;

  Runs runs_;
  Images images_;
};

/// What epochs and configurations are chosen by: those of the validation set where there is one.
Metric chosen_accuracy(bool validated);
Metric chosen_loss(bool validated);
/// That set: "validation" or "test".
std::string_view chosen_set(bool validated);

/// The metrics of a quantity, of the training set first, then the validation set and the test set.
std::vector<MetricInfo> metrics_of(Quantity quantity);

/// The learning curves of one configuration at some places.
LearningCurves curves_of(const Runs& runs, Images images, const RecordedEpochs& recorded,
                         std::span<const std::size_t> places);

}  // namespace runner
