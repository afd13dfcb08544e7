#pragma once

#include "runner/compute/arithmetic.hpp"
#include "runner/compute/elementwise.hpp"
#include "runner/data/batch_order.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <limits>
#include <string_view>
#include <tuple>
#include <vector>

namespace runner {

/// How a step's gradient is found.
enum class Gradient {
  backpropagation,
  numerical  ///< by central differences, h = 1e-4, in double precision
};

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

/// The rule of an axis of numbers: above 0 and finite, also once rounded to float32.
struct PositiveNumbers {};

/// The rule of an axis of integers. That of an enumeration is the array of its enumerators, in the order of
/// their numbers 0, 1, …
struct Integers {
  std::int64_t least, most;
};

/// An axis of the sweep: a key of the config, a part of a run's identity, a column of the results.
template <class Value, class Rule>
struct Axis {
  std::string_view name;
  Value RunSpec::*value;
  std::vector<Value> Grid::*values;
  Rule rule;
  std::string_view long_name;  ///< what it is, for readers of a results file
  std::string_view units;      ///< as CF has them: "1" for a plain number, none if empty
};

template <class Value, class Rule>
Axis(std::string_view, Value RunSpec::*, std::vector<Value> Grid::*, Rule, std::string_view, std::string_view)
    -> Axis<Value, Rule>;

/// All axes, the last running fastest. All that a config, a digest, a results file and a comparison have to
/// do with an axis is derived from its line here.
inline constexpr std::tuple axes{
    Axis{"learning_rate", &RunSpec::learning_rate, &Grid::learning_rate, PositiveNumbers{}, "learning rate",
         "1"},
    Axis{"batch_size", &RunSpec::batch_size, &Grid::batch_size, Integers{1, max_terms},
         "images in a mini-batch", "1"},
    Axis{"hidden_size", &RunSpec::hidden_size, &Grid::hidden_size,
         Integers{1, std::numeric_limits<std::int32_t>::max()}, "hidden units", "1"},
    Axis{"loss", &RunSpec::loss, &Grid::loss, std::array{Loss::cross_entropy, Loss::mean_squared_error},
         "loss function", ""},
    Axis{"sampling", &RunSpec::sampling, &Grid::sampling,
         std::array{Sampling::shuffle, Sampling::with_replacement}, "how mini-batches are drawn", ""},
    Axis{"gradient", &RunSpec::gradient, &Grid::gradient,
         std::array{Gradient::backpropagation, Gradient::numerical}, "how gradients are found", ""},
    Axis{"weight_init_std", &RunSpec::weight_init_std, &Grid::weight_init_std, PositiveNumbers{},
         "standard deviation of the initial weights", "1"},
    Axis{"seed", &RunSpec::seed, &Grid::seed, Integers{0, std::numeric_limits<std::int64_t>::max()},
         "seed of the random numbers", ""},
};

/// Calls function(axis) for each, in their order.
template <class Function>
void for_each_axis(Function function) {
  std::apply([&](const auto&... axis) { (function(axis), ...); }, axes);
}

/// The names of the axes, in their order.
std::vector<std::string_view> axis_names();

/// "cross_entropy", "mean_squared_error".
std::string_view to_string(Loss loss);

/// "backpropagation", "numerical".
std::string_view to_string(Gradient gradient);

/// What a run's mini-batches and their order depend on.
inline auto batches_key(const RunSpec& spec) {
  return std::tuple(spec.batch_size, spec.sampling, spec.seed);
}

/// Whether two runs can be trained in lockstep: they see the same mini-batches in the same order, by
/// back-propagation. By numerical gradients each is trained alone, since one network is work enough.
bool same_cohort(const RunSpec& a, const RunSpec& b);

}  // namespace runner
