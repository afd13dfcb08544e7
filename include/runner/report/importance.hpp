#pragma once

#include "runner/results/results_data.hpp"

#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// A share of the variance between configurations, 0 … 1; NaN where they differ by no more than chance.
struct VarianceShare {
  double share = std::numeric_limits<double>::quiet_NaN();
  double half_width = std::numeric_limits<double>::quiet_NaN();  ///< of its 95 % interval; NaN: none
  double p = std::numeric_limits<double>::quiet_NaN();  ///< of so large a share by chance; NaN: not known
  bool sure = false;  ///< more than chance; 5 of 100 sweeps in which nothing matters have such a line
};

/// A parameter, or two together.
struct ImportanceOfTerm {
  std::vector<std::string_view> axes;  ///< one or two
  VarianceShare accuracy, gap;
};

/// How much of the variance between the configurations of a sweep is due to each of its parameters. Counted
/// are the runs that are done with finite losses, after their last epoch.
///
/// Of a full grid, where every combination of values was trained with the same seeds, it is the analysis of
/// variance: shares of each parameter, and of each two beyond what each does alone. What chance adds is taken
/// off; the seeds tell how much that is. Where combinations are missing, values are left out until the
/// grid is full, as long as half of the configurations stay.
///
/// Of other sweeps it is the first-order index of each parameter, Var(E(y | x))/Var(y), estimated from bins
/// of its values, with an interval over the samples. At least 20 samples. What a parameter explains is
/// counted among the configurations that it means something to. The formulas and their sources are in
/// src/report/variance_shares.hpp. The same numbers give the same shares, at any time.
struct Importance {
  enum class Method { none, grid, samples };

  std::string name;  ///< of the sweep; of several files, what tells them apart (names_of); printable
  Method method = Method::none;
  std::string why_not;             ///< of `none`
  std::string accuracy_name;       ///< "validation_accuracy" where there is such a set, else "test_accuracy"
  std::size_t configurations = 0;  ///< that are counted
  std::size_t left_out = 0;  ///< that are not, since they diverged, are not done or not in the full grid
  std::size_t seeds = 0;     ///< that all of these have; 0: not all have the same
  std::size_t samples = 0;   ///< of `samples`: those drawn; of `grid` 0
  std::vector<ImportanceOfTerm> terms;  ///< the largest share of accuracy first, single parameters before two
  VarianceShare accuracy_rest, gap_rest;  ///< what is not in the terms
};

/// "none", "grid", "samples".
std::string_view to_string(Importance::Method method);

Importance importance_of(const ResultsData& results);

/// The same of each of several files.
std::vector<Importance> importances_of(std::span<const ResultsData> files);

/// What the rest is called: "three or more together" of a full grid, else "rest".
std::string_view name_of_rest(const Importance& importance);

/// A line for each term; 80 columns are enough.
std::string to_table(const Importance& importance);

/// As CSV (RFC 4180), a line for each term, numbers with all digits; texts as in that of a Comparison. Empty
/// where there is no importance to tell.
std::string to_csv(std::span<const Importance> importances);

/// The same as JSON: {"terms": [{"file": …, "method": …, "parameters": […], …}, …]}; null where there is no
/// number.
std::string to_json(std::span<const Importance> importances);

}  // namespace runner
