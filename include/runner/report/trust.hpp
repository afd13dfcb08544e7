#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace runner {

/// The accuracies of one seed of a configuration, after an epoch that the configuration's *other* seeds
/// chose: the first epoch with their largest mean accuracy on the validation (else test) set.
struct JudgedSeed {
  std::int64_t seed = 0;
  double others = 0;  ///< this mean of the other seeds
  double own = 0;     ///< this seed's accuracy on the same set, after the same epoch
  double test = 0;    ///< this seed's test accuracy after this epoch
  /// What this seed adds to the sum of `own`: Σ own − Σ own', where own' are the same accuracies of a sweep
  /// without this seed (after the last epoch, if only one seed is left). Tukey's pseudo-value. It is `own` if
  /// this seed changes no other seed's epoch.
  double share = 0;
};

/// All seeds of one configuration, ascending; at least two.
using JudgedSeeds = std::vector<JudgedSeed>;

/// Which configurations are worse than the best, whichever is the best.
///
/// Let d_s = own_j,s − own_i,s and p_s = share_j,s − share_i,s over the n seeds that configurations i and j
/// both have. Seeds are paired, because runs of one seed share their initial weights and batches. Of m
/// configurations, i is worse than j if
///
///   mean(d) > t·√(max(sd(p)², r²/6)/n),   t: the 1 − 0.05/(m − 1) quantile of Student's t, n − 1 degrees
///
/// i is told from the best if it is worse than any j. The true best is worse than none, so it is told from
/// the best in at most 5 of 100 sweeps, whatever the correlations (Bonferroni, one-sided). This is the subset
/// of Hsu (1984, "Constrained simultaneous confidence intervals for multiple comparisons with the best") with
/// separate noise for each pair.
///
/// sd(p)²/n is the jackknife's variance of mean(d) (Tukey 1958). Seeds choose each other's epochs, so the d_s
/// of jittering curves vary together, and sd(d)²/n would be up to several times too small. The jackknife's
/// variance is not too small on average (Efron & Stein 1981, "The jackknife estimate of variance"). Where all
/// seeds agree on the epoch, p = d. With two seeds of jittering curves up to 6 of 100 were counted.
///
/// r is the step of an accuracy, 1/images. r²/6 is the variance that rounding both to whole images adds;
/// without it, equal differences of two or three seeds would seem to have no noise. Each configuration is
/// compared with the hundred largest means; this costs only a little power.
///
/// Assumes that differences are about normal over the seeds. The images are fixed: nothing is said about
/// other images.
std::vector<bool> told_from_best(std::span<const JudgedSeeds> configurations, double step = 0);

/// The test accuracy that a choice among some configurations leads to, without the luck of being chosen.
///
/// For each seed s of the configuration `winner`: choose, among the configurations that have s, the one with
/// the largest `others`, so without s; take its `test` of s. The result is the mean over these seeds. This is
/// cross-validation over the seeds (Varma & Simon 2006; Cawley & Talbot 2010), with all splits into one seed
/// and the others. It estimates the value of such choices when they are made with one seed fewer. A choice
/// made on the test set still has the luck of its images.
double without_luck(std::span<const JudgedSeeds> configurations, std::size_t winner);

/// How many seeds told_from_best needs to tell the better of two configurations from the other, in 80 of 100
/// sweeps of m ≥ 2 configurations: the smallest n ≥ 2 with
///
///   (t_1 + t_2)·sd ≤ mean·√n,   t_1, t_2: the 1 − 0.05/(m − 1) and 0.8 quantiles of Student's t, n − 1
///   degrees
///
/// for the mean and the standard deviation of their difference, which are taken to be as measured. Returns
/// `most_seeds` if it needs as many or more, or if the mean is not above 0.
std::size_t seeds_to_tell(double mean, double sd, std::size_t m);
inline constexpr std::size_t most_seeds = 1'000'000;

/// How to find out which configuration is the best.
struct Settlement {
  /// The number of configurations to train more of: the best, and those that may be as good. 0: nothing to
  /// settle, or nothing is known about it.
  std::size_t configurations = 0;
  /// Additional seeds for each: the largest of seeds_to_tell() for the best and each of the others. If all
  /// have only one seed: 2, which measure the noise.
  std::size_t seeds = 0;
  /// About how many seconds this takes on the machine of the sweep: the time of all its sessions, in
  /// proportion to the predicted work (run_cost). NaN if the file does not have all times.
  double seconds = std::numeric_limits<double>::quiet_NaN();
  /// The shell command that trains them. Empty if the command line cannot express it.
  std::string command;

  /// If one takes more seeds than this in all, the advice is to take the cheapest: of the best, and of those
  /// that take so many (ConfigurationSummary::too_close). The others would be told by fewer.
  static constexpr std::size_t most_worth = 100;
  bool worth_it = false;
};

/// How far to trust the order of a comparison.
struct Trust {
  /// The number of compared configurations: with two or more seeds that are done or stopped early, and none
  /// that diverged. 0 if files differ in images or epochs.
  std::size_t compared = 0;
  std::size_t left_out = 0;  ///< configurations that are not compared
  std::size_t seeds = 0;     ///< the most that a configuration has, done or stopped early
  /// without_luck() of the choice among those that learned; NaN if the best is not compared.
  double test_accuracy = std::numeric_limits<double>::quiet_NaN();
  Settlement settlement;
};

}  // namespace runner
