#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace runner {

/// What one seed of a configuration says of it, after an epoch that the configuration's *other* seeds chose:
/// that of their largest mean accuracy on the set that is chosen by (validation, else test), the first such.
struct JudgedSeed {
  std::int64_t seed = 0;
  double others = 0;  ///< that mean
  double own = 0;     ///< this seed's accuracy on the same set, after the same epoch
  double test = 0;    ///< this seed's test accuracy there
};

/// All seeds of one configuration, ascending; two at least.
using JudgedSeeds = std::vector<JudgedSeed>;

/// Which configurations can be told from the best, whichever that is.
///
/// Let d_s = own_j,s − own_i,s over the n seeds that configurations i and j both have: seeds are paired,
/// since runs of one seed share their initial weights and batches. Of m configurations, i is worse than j if
///
///   mean(d) > t·√(max(sd(d)², r²/6)/n),   t: the 1 − 0.05/(m − 1) quantile of Student's t, n − 1 degrees
///
/// and it is told from the best if it is worse than any j. The true best is worse than none; so it is told
/// from the best in 5 of 100 sweeps at most, whatever the correlations (Bonferroni, one-sided). This is the
/// subset of Hsu (1984, "Constrained simultaneous confidence intervals for multiple comparisons with the
/// best") with a noise of its own for each pair. r is the step of an accuracy, 1/images: r²/6 is what
/// rounding both to hits adds, without which equal differences of two or three seeds would seem to have no
/// noise at all. Compared with are the hundred largest means; that loses nothing but a little power.
///
/// Assumes that differences are about normal over the seeds. Images are those there are: nothing is said of
/// others.
std::vector<bool> told_from_best(std::span<const JudgedSeeds> configurations, double step = 0);

/// The test accuracy that a choice among some configurations leads to, without the luck of being chosen.
///
/// For each seed s of the configuration `winner`, that with the largest `others` among those that have s is
/// chosen, so without s, and judged by its `test` of s; the mean over these seeds. It is cross-validation
/// over the seeds (Varma & Simon 2006; Cawley & Talbot 2010), all splits into one seed and the others. It is
/// the mean of what such choices are worth, made with one seed less than there are. What was chosen by the
/// test set stays chosen by its images: their luck is still in it.
double without_luck(std::span<const JudgedSeeds> configurations, std::size_t winner);

/// How many seeds it takes to tell the better of two configurations from the other by told_from_best, in 80
/// of 100 sweeps of m ≥ 2 configurations: the smallest n ≥ 2 with
///
///   (t_1 + t_2)·sd ≤ mean·√n,   t_1, t_2: the 1 − 0.05/(m − 1) and 0.8 quantiles of Student's t, n − 1
///   degrees
///
/// for the mean and the standard deviation of their difference. It takes both for what they were measured to
/// be. `most_seeds` where it takes as many or more, or the mean is not above 0.
std::size_t seeds_to_tell(double mean, double sd, std::size_t m);
inline constexpr std::size_t most_seeds = 1'000'000;

/// What would settle which configuration is the best.
struct Settlement {
  /// Of so many configurations, those that cannot be told from the best, and the best. 0: nothing is to
  /// settle, or nothing is known of it.
  std::size_t configurations = 0;
  /// Each more than it has: the largest of seeds_to_tell the best from any of the others. Where all have one
  /// seed alone, two more, which tell the noise.
  std::size_t seeds = 0;
  /// About how long it takes where the sweep was trained: the time of all its sessions, in proportion to the
  /// predicted work (run_cost). NaN where the file does not have them all.
  double seconds = std::numeric_limits<double>::quiet_NaN();
  /// What trains them, for a shell. Empty where the config cannot say it on the command line.
  std::string command;

  /// Beyond that many seeds in all the answer is to take the cheapest.
  static constexpr std::size_t most_worth = 100;
  bool worth_it = false;
};

/// How far the order of a comparison can be trusted.
struct Trust {
  /// Configurations that have two seeds or more that are done or stopped early, and none that diverged. All
  /// files must have the same images and epochs; else there are none.
  std::size_t compared = 0;
  std::size_t left_out = 0;  ///< the others
  std::size_t seeds = 0;     ///< the most that a configuration has, done or stopped early
  /// Of the choice among those that learned (without_luck); NaN where the best is not among the compared.
  double test_accuracy = std::numeric_limits<double>::quiet_NaN();
  Settlement settlement;
};

}  // namespace runner
