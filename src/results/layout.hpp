#pragma once

#include "runner/data/dataset.hpp"
#include "runner/execution/observer.hpp"
#include "runner/sweep/sweep.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

/// What is in a results file: one table that creation, the check of an existing file, and the writer's
/// offsets all come from.
namespace runner::layout {

/// The only NaN in a file, so that equal results are equal bytes.
inline constexpr float canonical_nan = std::bit_cast<float>(std::uint32_t{0x7fc00000});
inline float canonical(float value) {
  return std::isnan(value) ? canonical_nan : value;
}

inline bool same_bits(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

/// The root attribute `program`, which marks a file as one of ours.
inline constexpr std::string_view program = "runner";

inline constexpr std::size_t digest_length = 32;

/// The dimensions of the arrays.
enum Dimension : std::size_t { run, epoch, digits, input, hidden, classes, seal };
inline constexpr std::size_t dimension_count = 7;

/// Path of a dimension in the file: of the array that is its scale.
std::string_view scale_name(Dimension dimension);

/// Lengths of the dimensions.
using Extents = std::array<std::uint64_t, dimension_count>;

/// Types as they lie in the file, little-endian. What is not written at creation is NaN (float32), −1 (int32)
/// or 0.
enum class Type { int8, int32, int64, float32, float64, character };
std::size_t size_of(Type type);

template <class T>
constexpr Type type_of() {
  if constexpr (std::is_same_v<T, std::int8_t>) return Type::int8;
  if constexpr (std::is_same_v<T, std::int32_t>) return Type::int32;
  if constexpr (std::is_same_v<T, std::int64_t>) return Type::int64;
  if constexpr (std::is_same_v<T, float>) return Type::float32;
  if constexpr (std::is_same_v<T, double>) return Type::float64;
  if constexpr (std::is_same_v<T, char>) return Type::character;
}

/// What a value of an axis is stored as: an enumerator as its number.
template <class Value>
using AsStored = std::conditional_t<std::is_enum_v<Value>, std::int8_t, Value>;

/// An array of the file. One without a long name is the bare scale of a dimension.
struct Variable {
  std::string name;  ///< its path, "train_loss", "weights/W1"
  Type type;
  std::vector<Dimension> dimensions;
  std::string long_name;
  std::string units;                         ///< none if empty
  std::vector<std::string_view> flags = {};  ///< meanings of the values 0, 1, …
};

/// The array that seals the file.
inline constexpr const char* seal_text = "seal/text";

/// What a file may have or not.
struct Parts {
  bool weights;
  bool validation;

  /// How many of the metrics it has.
  std::size_t metric_count() const;
};

/// All arrays in their order in the file, those of dimensions first, the seal last.
std::vector<Variable> variables(const Parts& parts);

/// The metrics, in the order of struct Metrics, the last two only where there is a validation set.
inline constexpr std::array<const char*, 6> metrics{
    "train_loss", "train_accuracy", "test_loss", "test_accuracy", "validation_loss", "validation_accuracy"};
inline std::array<float, metrics.size()> values(const Metrics& m) {
  return {m.train_loss,    m.train_accuracy,  m.test_loss,
          m.test_accuracy, m.validation_loss, m.validation_accuracy};
}
inline std::size_t Parts::metric_count() const {
  return validation ? metrics.size() : metrics.size() - 2;
}

/// The four files of a data set, in the order of Dataset::files, as the attributes about them are named.
inline constexpr std::array<const char*, 4> data_files{"train_images", "train_labels", "test_images",
                                                       "test_labels"};

/// The eight arrays of the group `weights`: first the initial ones, then those at the run's last epoch; W1,
/// b1, W2, b2 of each.
inline constexpr std::array<const char*, 8> weights{
    "weights/initial_W1", "weights/initial_b1", "weights/initial_W2", "weights/initial_b2",
    "weights/W1",         "weights/b1",         "weights/W2",         "weights/b2"};

/// Of a file with these rows.
Extents extents(std::span<const Run> rows, int epochs, const runner::Dataset& data);

/// Bytes of an array; the largest number there is where that is too many to count.
std::uint64_t byte_count(const Variable& variable, const Extents& extents);

}  // namespace runner::layout
