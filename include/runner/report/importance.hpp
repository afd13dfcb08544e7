#pragma once

#include "runner/results/results_data.hpp"

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// A share of the variance between configurations, 0 … 1; NaN if they differ by no more than chance.
struct VarianceShare {
  double share = std::numeric_limits<double>::quiet_NaN();
  double half_width =
      std::numeric_limits<double>::quiet_NaN();         ///< half the width of the 95 % interval; NaN: none
  double p = std::numeric_limits<double>::quiet_NaN();  ///< probability of a share this large by chance; NaN:
                                                        ///< not known
  bool sure = false;  ///< more than chance; of sweeps in which nothing matters, 5 of 100 have such a line
};

/// One parameter, or the joint effect of two.
struct ImportanceOfTerm {
  std::vector<std::string_view> axes;  ///< one or two
  VarianceShare accuracy, gap;
};

/// The share of each parameter in the variance between the configurations of a sweep. Runs that are done or
/// were stopped early count, after the last epoch that all seeds of their configuration have. So with early
/// stopping the shares are also of what was trained for how long.
///
/// A full grid, where every combination of values was trained with the same seeds, gets an analysis of
/// variance: the share of each parameter, and of each two beyond the effect of each alone. The part due to
/// chance is measured over the seeds and subtracted. If combinations are missing, values are left out until
/// the grid is full, as long as half of the configurations stay.
///
/// Other sweeps, of at least 20 samples, get the first-order index of each parameter, Var(E(y | x))/Var(y),
/// estimated from bins of its values, with an interval over the samples. A parameter is judged among the
/// configurations that it applies to.
///
/// Formulas and sources are in src/report/variance_shares.hpp. The same numbers always give the same shares.
struct Importance {
  enum class Method { none, grid, samples };

  std::string name;  ///< of the sweep; distinguishes several files (names_of); printable
  Method method = Method::none;
  std::string why_not;        ///< the reason, if the method is `none`
  std::string accuracy_name;  ///< "validation_accuracy" if there is a validation set, else "test_accuracy"
  std::size_t configurations = 0;  ///< configurations that are counted
  std::size_t left_out = 0;        ///< configurations that diverged, are not done or not in the full grid
  std::size_t stopped = 0;         ///< of those that are counted, how many have a seed that was stopped early
  std::size_t seeds = 0;           ///< seeds that all of these have; 0: not all have the same
  std::size_t samples = 0;         ///< method `samples`: how many were drawn; `grid`: 0
  std::vector<ImportanceOfTerm> terms;  ///< the largest share of accuracy first, single parameters before two
  VarianceShare accuracy_rest, gap_rest;  ///< the share that is in no term
};

/// "none", "grid", "samples".
std::string_view to_string(Importance::Method method);

Importance importance_of(const ResultsData& results);

/// For each of several files.
std::vector<Importance> importances_of(std::span<const ResultsData> files);

/// The name of the rest: "three or more together" of a full grid, else "rest".
std::string_view name_of_rest(const Importance& importance);

/// A line for each term; 80 columns are enough.
std::string to_table(const Importance& importance);

/// As CSV (RFC 4180): a line for each term, numbers with all digits, texts as in the CSV of a Comparison.
/// Empty if no importance is known.
std::string to_csv(std::span<const Importance> importances);

/// As JSON: {"terms": [{"file": …, "method": …, "parameters": […], …}, …]}; null: no number.
std::string to_json(std::span<const Importance> importances);

}  // namespace runner
