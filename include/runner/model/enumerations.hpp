#pragma once

#include <array>
#include <cstddef>
#include <string_view>

// The choices of a run and their names. The names of an enumeration are in the order of its numbers 0, 1, …:
// these numbers stand in results files, so that an enumeration only grows at its end.
namespace runner {

/// The loss that a network minimises.
enum class Loss {
  cross_entropy,      ///< −mean log(y_t + 1e-7)
  mean_squared_error  ///< ½·Σ over classes of (y − t)², mean over the images
};

/// The activation function of the hidden layer, applied to its sums a.
enum class Activation {
  sigmoid,  ///< 1 / (1 + exp(−a))
  tanh,     ///< (exp(a) − exp(−a)) / (exp(a) + exp(−a))
  relu      ///< a if a > 0, else 0
};

/// The standard deviation of the initial weights (initial_weights.hpp).
enum class WeightInit {
  std,     ///< weight_init_std
  xavier,  ///< 1/√n, n the inputs of the layer
  he       ///< √(2/n)
};

/// How an epoch's mini-batches are drawn from the training set.
enum class Sampling {
  shuffle,  ///< every image once an epoch, in a fresh permutation; the last short batch is trained too
  with_replacement  ///< each batch drawn on its own with replacement, as the book's np.random.choice
};

/// How the gradient of a step is computed.
enum class Gradient {
  backpropagation,
  numerical  ///< by central differences, h = 1e-4, in double precision
};

/// How the parameters follow from the gradients (update_rule.hpp).
enum class Optimizer { sgd, momentum, nesterov, adagrad, rmsprop, adam };

/// How the learning rate changes from epoch to epoch (learning_rate.hpp).
enum class LearningRateSchedule { constant, step, cosine };

/// The status of a run after an epoch.
enum class RunStatus {
  pending,
  running,
  done,
  diverged,
  stopped  ///< ended before the sweep's last epoch, by a rule of early_stopping
};

/// The names of an enumeration's values.
template <class Enum>
inline constexpr std::array<std::string_view, 0> enumerator_names{};
template <>
inline constexpr std::array<std::string_view, 2> enumerator_names<Loss>{"cross_entropy",
                                                                        "mean_squared_error"};
template <>
inline constexpr std::array<std::string_view, 3> enumerator_names<Activation>{"sigmoid", "tanh", "relu"};
template <>
inline constexpr std::array<std::string_view, 3> enumerator_names<WeightInit>{"std", "xavier", "he"};
template <>
inline constexpr std::array<std::string_view, 6> enumerator_names<Optimizer>{
    "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"};
template <>
inline constexpr std::array<std::string_view, 3> enumerator_names<LearningRateSchedule>{"constant", "step",
                                                                                        "cosine"};
template <>
inline constexpr std::array<std::string_view, 2> enumerator_names<Sampling>{"shuffle", "with_replacement"};
template <>
inline constexpr std::array<std::string_view, 2> enumerator_names<Gradient>{"backpropagation", "numerical"};
template <>
inline constexpr std::array<std::string_view, 5> enumerator_names<RunStatus>{"pending", "running", "done",
                                                                             "diverged", "stopped"};

/// An enumeration with names.
template <class Enum>
concept Named = enumerator_names<Enum>
.size() > 0;

/// "cross_entropy", "shuffle", "numerical", "done", …
template <Named Enum>
constexpr std::string_view to_string(Enum value) {
  return enumerator_names<Enum>[static_cast<std::size_t>(value)];
}

/// The moments of an optimizer: how many numbers it keeps for each parameter from step to step.
constexpr std::size_t moment_count(Optimizer optimizer) {
  switch (optimizer) {
    case Optimizer::sgd:
      return 0;
    case Optimizer::momentum:  // v
    case Optimizer::nesterov:  // v
    case Optimizer::adagrad:   // h
    case Optimizer::rmsprop:   // h
      return 1;
    case Optimizer::adam:  // m and v
      return 2;
  }
  return 0;
}
inline constexpr std::size_t max_moments = 2;

/// Whether a run ended with finite losses: at the sweep's last epoch, or because it was stopped early.
constexpr bool has_finished(RunStatus status) {
  return status == RunStatus::done || status == RunStatus::stopped;
}

/// Whether nothing is left to train of a run.
constexpr bool has_ended(RunStatus status) {
  return has_finished(status) || status == RunStatus::diverged;
}

}  // namespace runner
