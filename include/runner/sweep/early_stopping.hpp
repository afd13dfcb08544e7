#pragma once

#include "runner/model/metric.hpp"
#include "runner/model/recorded_epochs.hpp"

#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <variant>
#include <vector>

// Which runs of a sweep end before its last epoch. All rules are functions of recorded numbers alone:
// threads, order, interruptions and shards change no decision.
namespace runner {

struct Run;  // sweep.hpp

/// A run stops when a metric has not improved for some epochs.
///
/// Let e = e₁, e₂, … be the recorded epochs after epoch 0, and v(e) the metric after e (its negative, if
/// larger is better). At first best = ∞ and b = 0. Each epoch in turn
///
///     improves if v(e) < best − min_delta:   then best = v(e) and b = e.
///
/// The run stops at the first e with e − b ≥ patience. So patience counts epochs, also those that are not
/// recorded. The untrained network does not count, and the first recorded epoch after it always improves; NaN
/// and ∞ never do. If every epoch is recorded, this is what EarlyStopping of Keras and PyTorch Lightning
/// does. At the last epoch of the sweep a run is done and not stopped.
struct Patience {
  int patience = 1;  ///< ≥ 1
  Metric metric = Metric::test_loss;
  double min_delta = 0;  ///< ≥ 0

  friend bool operator==(const Patience&, const Patience&) = default;
};

/// All configurations are trained for a few epochs. The best of them continue, the best of these for longer.
///
/// A configuration is a group of runs that differ only in the seed. The rungs are r = min_epochs·eta^k < E,
/// with E the epochs of the sweep. When all n configurations that are left have completed epoch r, the best
/// ⌊n/eta⌋ of them, at least one, continue; the others stop. The better one has the larger mean over the
/// seeds of the metric after epoch r (for a loss: the smaller). A configuration with a seed that has diverged
/// by then, or whose metric is not finite, is worse than all others. Of equals the first in the sweep is
/// best.
///
/// Source: Jamieson and Talwalkar, "Non-stochastic Best Arm Identification and Hyperparameter Optimization",
/// AISTATS 2016; ⌊n/eta⌋ is that of Li, Jamieson, DeSalvo, Rostamizadeh and Talwalkar, "Hyperband", JMLR 18
/// (2018), Algorithm 1.
struct SuccessiveHalving {
  int eta = 3;         ///< ≥ 2
  int min_epochs = 1;  ///< ≥ 1
  Metric metric = Metric::test_loss;

  friend bool operator==(const SuccessiveHalving&, const SuccessiveHalving&) = default;
};

using EarlyStopping = std::variant<Patience, SuccessiveHalving>;

/// Follows the curve of one run.
class PatienceCounter {
 public:
  explicit PatienceCounter(const Patience& rule) : rule_(rule) {}

  /// Takes the metric after the next recorded epoch (epoch 0 is passed over). Returns whether the rule is
  /// fulfilled at this epoch, or was before.
  bool add(int epoch, float value);

 private:
  Patience rule_;
  double best_ = std::numeric_limits<double>::infinity();
  int improved_ = 0;
  bool fulfilled_ = false;
};

/// The epoch at which the rule stops a run; nothing if it does not stop yet. `curve`: its metric after the
/// first epochs of `recorded`. Only epochs of `looked_at` count, without its last.
std::optional<int> stop_epoch(const Patience& rule, const RecordedEpochs& looked_at,
                              const RecordedEpochs& recorded, std::span<const float> curve);

/// The epochs at which configurations are chosen, ascending; all are below `epochs`.
std::vector<int> rungs_of(const SuccessiveHalving& rule, int epochs);

/// For how many epochs the rule trains each of some configurations, the best first. This is known before any
/// is trained.
std::vector<int> epochs_by_rank(const SuccessiveHalving& rule, std::size_t configurations, int epochs);

/// Where the runs of a sweep stand by successive halving.
struct HalvingStanding {
  /// The rung at which each run is stopped; 0 if it continues.
  std::vector<int> stopped_at;
  /// The first rung that some continuing run has not reached, or the sweep's last epoch.
  int next = 0;
};

/// The metric of a run after a rung's epoch: nothing if it has not reached that epoch, NaN if it diverged.
using RungValue = std::function<std::optional<float>(std::size_t run, int rung)>;

HalvingStanding standing_of(const SuccessiveHalving& rule, std::span<const Run> runs, int epochs,
                            const RungValue& value);

}  // namespace runner
