#pragma once

#include "runner/model/enumerations.hpp"
#include "runner/model/limits.hpp"
#include "runner/model/versions.hpp"

#include <compare>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace runner {

/// One network trained with one specification: the values of the sweep's axes. Its numbers depend on these
/// and the data alone.
struct RunSpec {
  double learning_rate = 0.1;  ///< training uses its float32
  std::int32_t batch_size = 100;
  std::int32_t hidden_size = 50;
  Loss loss = Loss::cross_entropy;
  Sampling sampling = Sampling::shuffle;
  Gradient gradient = Gradient::backpropagation;
  double weight_init_std = 0.01;  ///< training uses its float32
  std::int64_t seed = 1;

  friend bool operator==(const RunSpec&, const RunSpec&) = default;
  friend auto operator<=>(const RunSpec&, const RunSpec&) = default;
};

/// The values that a sweep gives to each axis, at first its default alone; every combination is a run.
struct Grid {
  std::vector<double> learning_rate{RunSpec{}.learning_rate};
  std::vector<std::int32_t> batch_size{RunSpec{}.batch_size};
  std::vector<std::int32_t> hidden_size{RunSpec{}.hidden_size};
  std::vector<Loss> loss{RunSpec{}.loss};
  std::vector<Sampling> sampling{RunSpec{}.sampling};
  std::vector<Gradient> gradient{RunSpec{}.gradient};
  std::vector<double> weight_init_std{RunSpec{}.weight_init_std};
  std::vector<std::int64_t> seed{RunSpec{}.seed};
};

/// The rule of an axis of numbers: what the float32 of a value may be, which is what training uses.
struct Numbers {
  double least;
  bool least_is_allowed;  ///< otherwise it is above `least`
  double most = std::numeric_limits<float>::max();
};
inline constexpr Numbers positive{0, false};

/// The rule of an axis of integers.
struct Integers {
  std::int64_t least, most;
};

/// Whether a config may have the value. NaN and infinities never.
bool obeys(double value, const Numbers& rule);
bool obeys(std::int64_t value, const Integers& rule);

/// The rule of an axis of words: one of an enumeration's names.
struct Words {};

/// An axis of the sweep: a key of the config, a part of a run's identity, a column of the results.
template <class Value, class Rule>
struct Axis {
  std::string_view name;
  Value RunSpec::*value;
  std::vector<Value> Grid::*values;
  Rule rule;
  std::string_view long_name;  ///< what it is, for readers of a results file
  std::string_view units;      ///< as CF has them: "1" for a plain number, none if empty
  /// The layout of results files that has its column first. In older files every run has the default, so that
  /// a run that has the default has the same digest with the axis as without it.
  int since;
};

template <class Value, class Rule>
Axis(std::string_view, Value RunSpec::*, std::vector<Value> Grid::*, Rule, std::string_view, std::string_view,
     int) -> Axis<Value, Rule>;

/// All axes, the last running fastest. All that a config, a digest, a results file and a comparison have to
/// do with an axis is derived from its line here.
inline constexpr std::tuple axes{
    Axis{"learning_rate", &RunSpec::learning_rate, &Grid::learning_rate, positive, "learning rate", "1",
         oldest_readable_layout},
    Axis{"batch_size", &RunSpec::batch_size, &Grid::batch_size, Integers{1, max_terms},
         "images in a mini-batch", "1", oldest_readable_layout},
    Axis{"hidden_size", &RunSpec::hidden_size, &Grid::hidden_size,
         Integers{1, std::numeric_limits<std::int32_t>::max()}, "hidden units", "1", oldest_readable_layout},
    Axis{"loss", &RunSpec::loss, &Grid::loss, Words{}, "loss function", "", oldest_readable_layout},
    Axis{"sampling", &RunSpec::sampling, &Grid::sampling, Words{}, "how mini-batches are drawn", "",
         oldest_readable_layout},
    Axis{"gradient", &RunSpec::gradient, &Grid::gradient, Words{}, "how gradients are found", "",
         oldest_readable_layout},
    Axis{"weight_init_std", &RunSpec::weight_init_std, &Grid::weight_init_std, positive,
         "standard deviation of the initial weights", "1", oldest_readable_layout},
    Axis{"seed", &RunSpec::seed, &Grid::seed, Integers{0, std::numeric_limits<std::int64_t>::max()},
         "seed of the random numbers", "", oldest_readable_layout},
};

/// Calls function(axis) for each, in their order.
template <class Function>
constexpr void for_each_axis(Function function) {
  std::apply([&](const auto&... axis) { (function(axis), ...); }, axes);
}

/// An axis for those to whom the type of its values does not matter.
struct AxisInfo {
  std::string_view name;
  std::string_view long_name;
  std::string_view units;
  std::span<const std::string_view> words;  ///< that its values are; empty for an axis of numbers
  /// A number that its values are in the order of, of a word its place; every int64 has one of its own.
  long double (*order)(const RunSpec&);
  std::string (*text)(const RunSpec&);           ///< its value as a config has it: "0.1", "shuffle"
  bool (*same)(const RunSpec&, const RunSpec&);  ///< whether two runs have one value of it
  void (*reset)(RunSpec&);                       ///< gives a run its default
};

/// The same axes in the same order.
std::span<const AxisInfo> axis_table();

/// The axis of that name; null if there is none.
const AxisInfo* find_axis(std::string_view name);

/// The names of the axes, in their order.
std::vector<std::string_view> axis_names();

/// What a run's mini-batches and their order depend on.
inline auto batches_key(const RunSpec& spec) {
  return std::tuple(spec.batch_size, spec.sampling, spec.seed);
}

/// Whether two runs can be trained in lockstep: they see the same mini-batches in the same order, by
/// back-propagation. By numerical gradients each is trained alone, since one network is work enough.
bool same_cohort(const RunSpec& a, const RunSpec& b);

}  // namespace runner
