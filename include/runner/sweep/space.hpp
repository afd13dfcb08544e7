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

/// How the numbers that samples are made of are chosen.
enum class SearchMethod {
  random,  ///< each on its own
  sobol    ///< Sobol's sequence, scrambled: any 2^m of the first samples cover the space evenly
};

/// An axis whose value is drawn once a sample. Numbers that are not integers are rounded to six significant
/// digits, so that they are the same whatever the C library.
struct Draw {
  enum class Kind {
    uniform,      ///< a number between `from` and `to`
    log_uniform,  ///< a number whose logarithm is uniform between those of `from` and `to`
    int_uniform,  ///< an integer, least … most, each as often
    choice        ///< one of the axis's values in Space::grid, each as often
  };

  std::string_view axis;
  Kind kind = Kind::uniform;
  double from = 0, to = 0;           ///< from < to; of log_uniform above 0
  std::int64_t least = 0, most = 0;  ///< least < most
};

/// Where the runs of a sweep come from: one object of axes in a config.
///
/// Lists are crossed, but for those that are walked together. What is drawn is drawn once a sample, and each
/// sample is crossed with the lists. Sample k does not depend on how many samples there are.
struct Space {
  /// The lists. Of an axis that is drawn: the values to choose from, or none.
  Grid grid;
  /// Axes whose lists are walked together: as long as each other, two at least, each in one group alone.
  std::vector<std::vector<std::string_view>> zip{};
  std::vector<Draw> drawn{};  ///< in the order of the axes
  std::size_t samples = 0;    ///< 0 where nothing is drawn
  SearchMethod search = SearchMethod::random;
  std::int64_t search_seed = 1;
  std::string where{};  ///< a condition on the axes; empty: all runs are kept
};

/// How many runs come out before `where` chooses and equal ones are made one; the largest number there is
/// where that is too many to count.
std::size_t combinations(const Space& space);

/// The runs of all spaces, one space after the other: sample by sample, the last axis running fastest; lists
/// that are walked together run with the first of them. A run that occurs again is left out. A run has the
/// default of an axis that means nothing to it.
///
/// Throws Error (bad_input) for a condition that is not valid.
std::vector<RunSpec> runs_of(std::span<const Space> spaces);

/// Whether the space has a run that its condition keeps. Throws as runs_of.
bool has_runs(const Space& space);

/// The names that conditions on runs may use: the axes, in their order.
std::vector<ConditionName> axis_condition_names();

/// Whether a run fulfils a condition with these names. An axis that means nothing to the run is missing.
bool holds(const Condition& condition, const RunSpec& run);

/// The value of the axis with this place, as conditions compare it.
long double condition_value(std::size_t axis, const RunSpec& run);

}  // namespace runner
