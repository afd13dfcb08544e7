#pragma once

#include "runner/model/run_spec.hpp"
#include "runner/sweep/condition.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// How samples are chosen.
enum class SearchMethod {
  random,  ///< independently of each other
  sobol    ///< Sobol's sequence, scrambled: any 2^m of the first samples cover the space evenly
};

/// An axis whose value is drawn once for each sample. Numbers that are not integers are rounded to six
/// significant digits, so that they do not depend on the C library.
struct Draw {
  enum class Kind {
    uniform,      ///< a number between `from` and `to`
    log_uniform,  ///< a number whose logarithm is uniform between those of `from` and `to`
    int_uniform,  ///< an integer, least … most, all equally likely
    choice        ///< one of the axis's values in Space::grid, all equally likely
  };

  std::string_view axis;
  Kind kind = Kind::uniform;
  double from = 0, to = 0;           ///< from < to; for log_uniform both above 0
  std::int64_t least = 0, most = 0;  ///< least < most
};

/// The lists and distributions of one grid of a config, from which its runs are made.
///
/// Lists are crossed, except those that are walked together. Distributions are drawn once for each sample,
/// and each sample is crossed with the lists. Sample k does not depend on how many samples there are.
struct Space {
  /// The lists. For an axis that is drawn: the values to choose from, or none.
  Grid grid;
  /// Groups of two axes or more whose lists have equal lengths and are walked together. An axis is in one
  /// group at most.
  std::vector<std::vector<std::string_view>> zip{};
  std::vector<Draw> drawn{};  ///< in the order of the axes
  std::size_t samples = 0;    ///< 0 if nothing is drawn
  SearchMethod search = SearchMethod::random;
  std::int64_t search_seed = 1;
  std::string where{};  ///< a condition on the axes; empty: all runs are kept
};

/// How many combinations there are, before `where` removes some and equal ones are merged. The largest
/// std::size_t if there are more.
std::size_t combinations(const Space& space);

/// The runs of all spaces, one space after the other: sample by sample, the last axis running fastest; lists
/// that are walked together run with the first of them. A run that occurs again is left out. A run has the
/// default of an axis that does not apply to it.
///
/// Throws Error (bad_input) for a condition that is not valid.
std::vector<RunSpec> runs_of(std::span<const Space> spaces);

/// Whether the space has a run that its condition keeps. Throws as runs_of.
bool has_runs(const Space& space);

/// The names that conditions on runs may use: the axes, in their order.
std::vector<ConditionName> axis_condition_names();

/// Whether a run fulfils a condition with these names. The value of an axis that does not apply is missing.
bool holds(const Condition& condition, const RunSpec& run);

/// The value of the axis with this index, as conditions compare it.
long double condition_value(std::size_t axis, const RunSpec& run);

}  // namespace runner
