#include "runner/sweep/space.hpp"

#include "sampler.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace runner {
namespace {

/// An axis for those to whom the type of its values does not matter.
struct GridAxis {
  std::size_t (*size)(const Grid&);
  void (*assign)(RunSpec&, const Grid&, std::size_t i);                    ///< the i-th value
  void (*draw)(Grid&, const Grid& from, const Draw&, std::uint64_t word);  ///< the one value of a sample
};

template <std::size_t i>
constexpr GridAxis grid_axis() {
  return {[](const Grid& grid) { return (grid.*std::get<i>(axes).values).size(); },
          [](RunSpec& run, const Grid& grid, std::size_t k) {
            run.*std::get<i>(axes).value = (grid.*std::get<i>(axes).values)[k];
          },
          [](Grid& sample, const Grid& from, const Draw& draw, std::uint64_t word) {
            const auto& choices = from.*std::get<i>(axes).values;
            auto& values = sample.*std::get<i>(axes).values;
            using Value = typename std::remove_cvref_t<decltype(values)>::value_type;
            if (draw.kind == Draw::Kind::choice) {
              values = {choices[index_of(word, choices.size())]};
            } else if constexpr (std::is_same_v<Value, double>) {
              values = {number_of(draw, word)};
            } else if constexpr (std::is_integral_v<Value>) {
              values = {static_cast<Value>(integer_of(draw, word))};
            }
          }};
}

template <std::size_t... i>
constexpr std::array<GridAxis, sizeof...(i)> grid_axes_of(std::index_sequence<i...>) {
  return {grid_axis<i>()...};
}

constexpr std::array grid_axes = grid_axes_of(std::make_index_sequence<std::tuple_size_v<decltype(axes)>>());

std::size_t place_of(std::string_view axis) {
  return static_cast<std::size_t>(find_axis(axis) - axis_table().data());
}

/// The axes, those together that are walked together.
std::vector<std::vector<std::size_t>> dimensions_of(const Space& space) {
  std::vector<std::vector<std::size_t>> dimensions(grid_axes.size());
  for (std::size_t axis = 0; axis < grid_axes.size(); ++axis) dimensions[axis] = {axis};
  for (const std::vector<std::string_view>& group : space.zip) {
    std::vector<std::size_t> together;
    for (const std::string_view axis : group) together.push_back(place_of(axis));
    std::sort(together.begin(), together.end());
    for (const std::size_t axis : together) dimensions[axis].clear();
    dimensions[together.front()] = std::move(together);
  }
  std::erase_if(dimensions, [](const auto& dimension) { return dimension.empty(); });
  return dimensions;
}

/// A run has the default of an axis that means nothing to it.
RunSpec without_what_does_not_apply(RunSpec spec) {
  for_each_axis([&](const auto& axis) {
    if (!axis.applies_to(spec)) spec.*axis.value = RunSpec{}.*axis.value;
  });
  return spec;
}

/// Calls function(run) for each combination of the lists, the last dimension running fastest, until it
/// returns false. Returns whether it has come to the end.
template <class Function>
bool for_each_combination(const Grid& grid, const std::vector<std::vector<std::size_t>>& dimensions,
                          const Function& function) {
  std::vector<std::size_t> at(dimensions.size(), 0);
  RunSpec run;
  const auto assign = [&](std::size_t d) {
    for (const std::size_t axis : dimensions[d]) grid_axes[axis].assign(run, grid, at[d]);
  };
  for (std::size_t d = 0; d < dimensions.size(); ++d) assign(d);
  for (;;) {
    if (!function(without_what_does_not_apply(run))) return false;
    std::size_t d = dimensions.size();
    for (; d > 0; --d) {
      const bool more = ++at[d - 1] < grid_axes[dimensions[d - 1].front()].size(grid);
      if (!more) at[d - 1] = 0;
      assign(d - 1);
      if (more) break;
    }
    if (d == 0) return true;
  }
}

/// The lists of sample k: one value of each axis that is drawn.
Grid sample_of(const Space& space, Sampler& sampler, std::size_t k) {
  Grid grid = space.grid;
  const std::vector<std::uint64_t> words = sampler.words(k);
  for (std::size_t d = 0; d < words.size(); ++d)
    grid_axes[place_of(space.drawn[d].axis)].draw(grid, space.grid, space.drawn[d], words[d]);
  return grid;
}

/// Calls function(run) for each run that the space's condition keeps, until it returns false.
template <class Function>
void for_each_run(const Space& space, const Function& function) {
  std::optional<Condition> condition;
  if (!space.where.empty()) condition = parse_condition(space.where, axis_condition_names(), "where");
  const std::vector<std::vector<std::size_t>> dimensions = dimensions_of(space);
  Sampler sampler(space);
  for (std::size_t k = 0; k < std::max<std::size_t>(1, space.samples); ++k) {
    const bool more = for_each_combination(sample_of(space, sampler, k), dimensions, [&](const RunSpec& run) {
      return (condition && !holds(*condition, run)) || function(run);
    });
    if (!more) return;
  }
}

/// Leaves the first of equal runs.
void make_unique(std::vector<RunSpec>& runs) {
  std::vector<std::size_t> order(runs.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return runs[a] < runs[b]; });
  std::vector<bool> again(runs.size());
  for (std::size_t i = 1; i < order.size(); ++i) again[order[i]] = runs[order[i]] == runs[order[i - 1]];
  std::size_t i = 0;
  std::erase_if(runs, [&](const RunSpec&) { return again[i++]; });
}

}  // namespace

std::size_t combinations(const Space& space) {
  std::size_t count = std::max<std::size_t>(1, space.samples);
  for (const std::vector<std::size_t>& dimension : dimensions_of(space)) {
    const bool is_drawn = std::any_of(space.drawn.begin(), space.drawn.end(), [&](const Draw& draw) {
      return place_of(draw.axis) == dimension.front();
    });
    const std::size_t size = is_drawn ? 1 : grid_axes[dimension.front()].size(space.grid);
    if (__builtin_mul_overflow(count, size, &count)) return std::numeric_limits<std::size_t>::max();
  }
  return count;
}

std::vector<RunSpec> runs_of(std::span<const Space> spaces) {
  std::vector<RunSpec> runs;
  for (const Space& space : spaces)
    for_each_run(space, [&](const RunSpec& run) {
      runs.push_back(run);
      return true;
    });
  // One grid of lists has every combination once.
  if (spaces.size() > 1 ||
      std::any_of(spaces.begin(), spaces.end(), [](const Space& space) { return !space.drawn.empty(); }))
    make_unique(runs);
  return runs;
}

bool has_runs(const Space& space) {
  bool any = false;
  for_each_run(space, [&](const RunSpec&) {
    any = true;
    return false;
  });
  return any;
}

std::vector<ConditionName> axis_condition_names() {
  std::vector<ConditionName> names;
  for (const AxisInfo& axis : axis_table())
    names.push_back({axis.name, {axis.words.begin(), axis.words.end()}});
  return names;
}

bool holds(const Condition& condition, const RunSpec& run) {
  return holds(condition, [&](std::size_t axis) { return condition_value(axis, run); });
}

long double condition_value(std::size_t axis, const RunSpec& run) {
  const AxisInfo& info = axis_table()[axis];
  return info.applies(run) ? info.order(run) : std::numeric_limits<long double>::quiet_NaN();
}

}  // namespace runner
