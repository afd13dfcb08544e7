#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

/// How much of the variance of a number is due to one of the parameters that it depends on.
namespace runner {

/// A share of variance, 0 … 1; NaN where nothing varies by more than chance.
struct Share {
  double share = std::numeric_limits<double>::quiet_NaN();
  /// Half the width of its 95 % interval, before the ends are cut at 0 and 1; NaN where it is not known.
  double half_width = std::numeric_limits<double>::quiet_NaN();
  /// How probable so large a share is where the parameter has no influence; NaN where it is not known.
  double p = std::numeric_limits<double>::quiet_NaN();
};

/// A share of a full grid: of one factor, or of two beyond what each does alone.
struct GridShare {
  std::vector<std::size_t> factors;
  Share share;
};

struct GridShares {
  std::vector<GridShare> terms;  ///< each factor, then each two
  Share rest;                    ///< what three and more do together
};

/// The analysis of variance of a full grid, with the seeds as its units of chance.
///
/// `numbers` has a value for each cell and seed, the seed fastest and then the last factor; levels ≥ 2, seeds
/// ≥ 1. SS_t(z) is the sum of squares of the term t of z over the cells: of factor A Σ (z̄_A − z̄)², of A and B
/// Σ (z̄_AB − z̄)² − SS_A − SS_B. ȳ is the mean over the n seeds and d_s = y_s − ȳ. What chance adds to
/// SS_t(ȳ) is on average noise_t = Σ_s SS_t(d_s)/(n·(n − 1)), each term against its own interaction with the
/// seeds, as in an analysis of repeated measures. So
///
///   share_t = max(0, SS_t(ȳ) − noise_t) / (SS(ȳ) − noise),   F_t = SS_t(ȳ)/noise_t
///
/// with df_t and df_t·(n − 1) degrees of freedom. A number that is the same for each seed is taken for
/// certain. One seed: noise is not known, it is in the shares and there is no p.
///
/// The decomposition is Fisher's, as of Hutter, Hoos, Leyton-Brown (2014, "An efficient approach for
/// assessing hyperparameter importance") on the grid itself; what is taken off is Kelley's (1935).
GridShares grid_shares(std::span<const std::size_t> levels, std::span<const double> numbers,
                       std::size_t seeds);

/// The group of a configuration that a parameter means nothing to.
inline constexpr std::size_t no_group = static_cast<std::size_t>(-1);

/// One parameter among configurations that were drawn.
struct SampledParameter {
  std::vector<std::size_t> group;  ///< for each configuration the bin, or the value, of the parameter
  /// For each configuration a number that those share that are not drawn independently: of one sample, and of
  /// one group.
  std::vector<std::size_t> unit;
  std::vector<std::size_t> sample;  ///< for each configuration
};

/// The first-order index of a parameter, Var(E(y | x))/Var(y), from configurations that were drawn.
///
/// Of N configurations in U units and k groups, with ȳ_g the mean of a group, ȳ_u of a unit:
///
///   between = Σ_g N_g (ȳ_g − ȳ)²,   within = Σ_u m_u (ȳ_u − ȳ_g)²/(U − k)
///   share   = max(0, between − (k − 1)·within) / (Σ (y − ȳ)² − noise)
///
/// Without the subtraction it is the correlation ratio, the estimate of the index "from given data"
/// (Plischke, Borgonovo, Smith 2013, "Global sensitivity measures from given data"); with it chance adds
/// nothing on average (Kelley 1935). `noise` is the part of the sum that is chance, as far as it is known.
/// What varies within a bin is not counted: of a straight line 1/k², of what goes up and down in it all.
/// Configurations in no group count in the total alone: N, U and the mean that groups are held against are
/// those of the others.
///
/// The interval is share ± t·se, with se that of the jackknife over the samples, left out one after the
/// other. p is that of F = (between/(k − 1))/within. Nothing is drawn at random here.
Share sampled_share(std::span<const double> numbers, const SampledParameter& parameter, double noise = 0);

}  // namespace runner
