#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

namespace runner {

/// The size of a network.
struct NetworkShape {
  std::size_t pixels, hidden, classes;
};

/// The meaning of a tensor's rows and columns.
enum class TensorDimension { input, hidden, classes };

/// The parameters of one network, each a tensor without gaps, its last dimension running fastest.
struct Weights {
  std::vector<float> W1;  ///< pixels × hidden
  std::vector<float> b1;  ///< hidden
  std::vector<float> W2;  ///< hidden × classes
  std::vector<float> b2;  ///< classes

  std::size_t bytes() const;
};

/// The state that training resumes from: the parameters and, for each moment of the optimizer, a number for
/// each parameter (update_rule.hpp). All moments are 0 in the untrained network.
struct TrainingState {
  Weights weights;
  std::vector<Weights> moments;  ///< moment_count(optimizer)

  std::size_t bytes() const;
};

/// A tensor's line of the table.
struct TensorInfo {
  std::string_view name;
  std::vector<float> Weights::*values;
  std::array<TensorDimension, 2> dimensions;  ///< the first `rank` of them
  std::size_t rank;
  std::string_view long_name;
};

/// All tensors of struct Weights. Results files, checkpoints and comparisons iterate over these lines.
inline constexpr std::array tensor_table{
    TensorInfo{"W1",
               &Weights::W1,
               {TensorDimension::input, TensorDimension::hidden},
               2,
               "weights of the hidden layer"},
    TensorInfo{"b1", &Weights::b1, {TensorDimension::hidden}, 1, "biases of the hidden layer"},
    TensorInfo{"W2",
               &Weights::W2,
               {TensorDimension::hidden, TensorDimension::classes},
               2,
               "weights of the output layer"},
    TensorInfo{"b2", &Weights::b2, {TensorDimension::classes}, 1, "biases of the output layer"},
};
inline constexpr std::size_t tensor_count = tensor_table.size();

constexpr std::size_t length(TensorDimension dimension, const NetworkShape& shape) {
  switch (dimension) {
    case TensorDimension::input:
      return shape.pixels;
    case TensorDimension::hidden:
      return shape.hidden;
    case TensorDimension::classes:
      return shape.classes;
  }
  return 0;
}

/// The number of elements of a tensor in a network of this size.
constexpr std::size_t size(const TensorInfo& tensor, const NetworkShape& shape) {
  std::size_t product = 1;
  for (std::size_t d = 0; d < tensor.rank; ++d) product *= length(tensor.dimensions[d], shape);
  return product;
}

inline std::size_t Weights::bytes() const {
  std::size_t numbers = 0;
  for (const TensorInfo& tensor : tensor_table) numbers += (this->*tensor.values).size();
  return numbers * sizeof(float);
}

inline std::size_t TrainingState::bytes() const {
  std::size_t sum = weights.bytes();
  for (const Weights& moment : moments) sum += moment.bytes();
  return sum;
}

}  // namespace runner
