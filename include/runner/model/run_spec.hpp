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

/// The specification of one run: a value for each axis of the sweep. The run's numbers depend on these values
/// and the data alone. Numbers that are not integers are used as float32 in training.
struct RunSpec {
  double learning_rate = 0.1;
  std::int32_t batch_size = 100;
  std::int32_t hidden_size = 50;
  Loss loss = Loss::cross_entropy;
  Sampling sampling = Sampling::shuffle;
  Gradient gradient = Gradient::backpropagation;
  Optimizer optimizer = Optimizer::sgd;
  double momentum = 0.9;
  double decay_rate = 0.99;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-7;
  double decoupled_weight_decay = 0;
  double weight_decay = 0;
  double dropout = 0;
  double label_noise = 0;
  LearningRateSchedule learning_rate_schedule = LearningRateSchedule::constant;
  double schedule_factor = 0.1;
  std::int32_t schedule_epochs = 10;
  Activation activation = Activation::sigmoid;
  WeightInit weight_init = WeightInit::std;
  double weight_init_std = 0.01;
  std::int64_t seed = 1;

  friend bool operator==(const RunSpec&, const RunSpec&) = default;
  friend auto operator<=>(const RunSpec&, const RunSpec&) = default;
};

/// The values of each axis in a sweep, at first only its default; every combination is a run.
struct Grid {
  std::vector<double> learning_rate{RunSpec{}.learning_rate};
  std::vector<std::int32_t> batch_size{RunSpec{}.batch_size};
  std::vector<std::int32_t> hidden_size{RunSpec{}.hidden_size};
  std::vector<Loss> loss{RunSpec{}.loss};
  std::vector<Sampling> sampling{RunSpec{}.sampling};
  std::vector<Gradient> gradient{RunSpec{}.gradient};
  std::vector<Optimizer> optimizer{RunSpec{}.optimizer};
  std::vector<double> momentum{RunSpec{}.momentum};
  std::vector<double> decay_rate{RunSpec{}.decay_rate};
  std::vector<double> beta1{RunSpec{}.beta1};
  std::vector<double> beta2{RunSpec{}.beta2};
  std::vector<double> epsilon{RunSpec{}.epsilon};
  std::vector<double> decoupled_weight_decay{RunSpec{}.decoupled_weight_decay};
  std::vector<double> weight_decay{RunSpec{}.weight_decay};
  std::vector<double> dropout{RunSpec{}.dropout};
  std::vector<double> label_noise{RunSpec{}.label_noise};
  std::vector<LearningRateSchedule> learning_rate_schedule{RunSpec{}.learning_rate_schedule};
  std::vector<double> schedule_factor{RunSpec{}.schedule_factor};
  std::vector<std::int32_t> schedule_epochs{RunSpec{}.schedule_epochs};
  std::vector<Activation> activation{RunSpec{}.activation};
  std::vector<WeightInit> weight_init{RunSpec{}.weight_init};
  std::vector<double> weight_init_std{RunSpec{}.weight_init_std};
  std::vector<std::int64_t> seed{RunSpec{}.seed};
};

/// The rule of an axis of numbers, for the float32 that training uses.
struct Numbers {
  double least;
  bool least_is_allowed;  ///< if not, a value is above `least`
  double most = std::numeric_limits<float>::max();
  bool most_is_allowed = true;  ///< if not, a value is below `most`
};
inline constexpr Numbers positive{0, false};
inline constexpr Numbers not_negative{0, true};
inline constexpr Numbers from_0_below_1{0, true, 1, false};
inline constexpr Numbers from_0_to_1{0, true, 1};

/// The rule of an axis of integers.
struct Integers {
  std::int64_t least, most;
};

/// Whether a config may have the value. NaN and infinities never.
bool obeys(double value, const Numbers& rule);
bool obeys(std::int64_t value, const Integers& rule);

/// The rule of an axis of words: one of the enumeration's names.
struct Words {};

/// The runs that an axis applies to: all, or those with certain words of another axis. A run that it does not
/// apply to has its default.
struct Scope {
  std::string_view other{};                        ///< the other axis; empty: all runs
  bool (*includes)(const RunSpec& run) = nullptr;  ///< looks at the other axis alone
};

/// An axis of the sweep: a key of the config, a part of a run's identity, a column of the results.
template <class Value, class Rule>
struct Axis {
  std::string_view name;
  Value RunSpec::*value;
  std::vector<Value> Grid::*values;
  Rule rule;
  std::string_view long_name;  ///< the description in results files
  std::string_view units;      ///< as CF has them: "1" for a plain number, none if empty
  /// The first layout of results files with its column. In older files every run has the default. So a run
  /// with the default has the same digest with and without the axis.
  int since;
  Scope scope{};

  /// Whether it applies to a run.
  bool applies_to(const RunSpec& run) const { return scope.includes == nullptr || scope.includes(run); }
};

template <class Value, class Rule>
Axis(std::string_view, Value RunSpec::*, std::vector<Value> Grid::*, Rule, std::string_view, std::string_view,
     int, Scope = {}) -> Axis<Value, Rule>;

/// Runs whose optimizer has `momentum`, and so on, as in the formulas of update_rule.hpp.
inline constexpr Scope with_momentum{"optimizer", [](const RunSpec& run) {
                                       return run.optimizer == Optimizer::momentum ||
                                              run.optimizer == Optimizer::nesterov;
                                     }};
inline constexpr Scope with_rmsprop{"optimizer",
                                    [](const RunSpec& run) { return run.optimizer == Optimizer::rmsprop; }};
inline constexpr Scope with_adam{"optimizer",
                                 [](const RunSpec& run) { return run.optimizer == Optimizer::adam; }};
inline constexpr Scope with_epsilon{"optimizer", [](const RunSpec& run) {
                                      return run.optimizer == Optimizer::adagrad ||
                                             run.optimizer == Optimizer::rmsprop ||
                                             run.optimizer == Optimizer::adam;
                                    }};
inline constexpr Scope with_backpropagation{
    "gradient", [](const RunSpec& run) { return run.gradient == Gradient::backpropagation; }};
inline constexpr Scope with_steps{"learning_rate_schedule", [](const RunSpec& run) {
                                    return run.learning_rate_schedule == LearningRateSchedule::step;
                                  }};
inline constexpr Scope with_a_schedule{"learning_rate_schedule", [](const RunSpec& run) {
                                         return run.learning_rate_schedule != LearningRateSchedule::constant;
                                       }};
inline constexpr Scope with_weight_init_std{
    "weight_init", [](const RunSpec& run) { return run.weight_init == WeightInit::std; }};

/// All axes; the last runs fastest. Everything that a config, a digest, a results file and a comparison do
/// with an axis is derived from its line here.
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
    Axis{"optimizer", &RunSpec::optimizer, &Grid::optimizer, Words{}, "how parameters follow from gradients",
         "", 5},
    Axis{"momentum", &RunSpec::momentum, &Grid::momentum, from_0_below_1,
         "share of the last step that is kept", "1", 5, with_momentum},
    Axis{"decay_rate", &RunSpec::decay_rate, &Grid::decay_rate, from_0_below_1,
         "share of the mean squared gradient that is kept", "1", 5, with_rmsprop},
    Axis{"beta1", &RunSpec::beta1, &Grid::beta1, from_0_below_1, "share of the mean gradient that is kept",
         "1", 5, with_adam},
    Axis{"beta2", &RunSpec::beta2, &Grid::beta2, from_0_below_1,
         "share of the mean squared gradient that is kept", "1", 5, with_adam},
    Axis{"epsilon", &RunSpec::epsilon, &Grid::epsilon, positive,
         "what is added to the root of the squared gradients", "1", 5, with_epsilon},
    Axis{"decoupled_weight_decay", &RunSpec::decoupled_weight_decay, &Grid::decoupled_weight_decay,
         not_negative, "weight decay beside the gradient", "1", 5, with_adam},
    Axis{"weight_decay", &RunSpec::weight_decay, &Grid::weight_decay, not_negative,
         "weight decay in the loss", "1", 5},
    Axis{"dropout", &RunSpec::dropout, &Grid::dropout, from_0_below_1,
         "share of the hidden units that is dropped in training", "1", 5, with_backpropagation},
    Axis{"label_noise", &RunSpec::label_noise, &Grid::label_noise, from_0_to_1,
         "share of the training labels that is drawn anew", "1", 5},
    Axis{"learning_rate_schedule", &RunSpec::learning_rate_schedule, &Grid::learning_rate_schedule, Words{},
         "how the learning rate changes", "", 5},
    Axis{"schedule_factor", &RunSpec::schedule_factor, &Grid::schedule_factor, Numbers{0, false, 1},
         "factor of the learning rate at each step of its schedule", "1", 5, with_steps},
    Axis{"schedule_epochs", &RunSpec::schedule_epochs, &Grid::schedule_epochs, Integers{1, 1'000'000'000},
         "epochs from step to step of the schedule, or until the learning rate is 0", "1", 5,
         with_a_schedule},
    Axis{"activation", &RunSpec::activation, &Grid::activation, Words{}, "activation of the hidden units", "",
         5},
    Axis{"weight_init", &RunSpec::weight_init, &Grid::weight_init, Words{},
         "how wide the initial weights are drawn", "", 5},
    Axis{"weight_init_std", &RunSpec::weight_init_std, &Grid::weight_init_std, positive,
         "standard deviation of the initial weights", "1", oldest_readable_layout, with_weight_init_std},
    Axis{"seed", &RunSpec::seed, &Grid::seed, Integers{0, std::numeric_limits<std::int64_t>::max()},
         "seed of the random numbers", "", oldest_readable_layout},
};

/// Calls function(axis) for each, in their order.
template <class Function>
constexpr void for_each_axis(Function function) {
  std::apply([&](const auto&... axis) { (function(axis), ...); }, axes);
}

/// An axis without the type of its values.
struct AxisInfo {
  std::string_view name;
  std::string_view long_name;
  std::string_view units;
  std::span<const std::string_view> words;  ///< its possible values; empty for an axis of numbers
  /// A sort key of its value: the number, or the place of the word. Each int64 has a key of its own.
  long double (*order)(const RunSpec&);
  std::string (*text)(const RunSpec&);           ///< its value as a config writes it: "0.1", "shuffle"
  bool (*same)(const RunSpec&, const RunSpec&);  ///< whether two runs have the same value
  bool (*applies)(const RunSpec&);               ///< whether it applies to a run
  /// Whether a run's value can be left out for readers: the axis does not apply to the run, or it is newer
  /// than the first layout of results files and the run has its default.
  bool (*goes_without_saying)(const RunSpec&);
  void (*reset)(RunSpec&);  ///< gives a run its default
};

/// All axes, in the same order.
std::span<const AxisInfo> axis_table();

/// The axis with this name; null if there is none.
const AxisInfo* find_axis(std::string_view name);

/// The names of the axes, in their order.
std::vector<std::string_view> axis_names();

/// The properties that runs of a cohort share: the mini-batches that they see in the same order, with their
/// labels, and the activation of the hidden layers that share a product.
inline auto cohort_key(const RunSpec& spec) {
  return std::tuple(spec.gradient, spec.batch_size, spec.sampling, spec.seed, spec.label_noise,
                    spec.activation);
}

/// The run without what is of its training alone, which has its default. Runs that are equal then begin with
/// the same network, and have the same metrics at epoch 0.
RunSpec before_training(RunSpec run);

/// Whether two runs can be trained in lockstep: they have the same cohort_key, and are trained by
/// back-propagation. A run by numerical gradients is trained alone, since one network is work enough.
bool same_cohort(const RunSpec& a, const RunSpec& b);

}  // namespace runner
