#pragma once

#include "runner/data/dataset.hpp"
#include "runner/model/layout_version.hpp"
#include "runner/sweep/observer.hpp"
#include "runner/sweep/sweep.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

/// The contents of a results file, as one table. Creation, the check of an existing file, and the writer's
/// offsets all follow it.
namespace runner::layout {

/// The root attribute `program`, which marks a file as one of ours.
inline constexpr std::string_view program = "runner";

inline constexpr std::size_t digest_length = 32;

/// The dimensions of the arrays.
enum Dimension : std::size_t { run, epoch, digits, input, hidden, classes, test_image, session, scale, seal };
inline constexpr std::size_t dimension_count = 10;

/// Path of a dimension in the file, which is the path of its scale array.
std::string_view scale_name(Dimension dimension);

/// Lengths of the dimensions.
using Extents = std::array<std::uint64_t, dimension_count>;

/// Types as they lie in the file, little-endian. Values that are not written at creation are NaN (float32),
/// −1 (int32), 255 (uint8) or 0.
enum class Type { int8, uint8, int32, uint32, int64, float32, float64, character };
std::size_t size_of(Type type);

template <class T>
constexpr Type type_of() {
  if constexpr (std::is_same_v<T, std::int8_t>) return Type::int8;
  if constexpr (std::is_same_v<T, std::uint8_t>) return Type::uint8;
  if constexpr (std::is_same_v<T, std::int32_t>) return Type::int32;
  if constexpr (std::is_same_v<T, std::uint32_t>) return Type::uint32;
  if constexpr (std::is_same_v<T, std::int64_t>) return Type::int64;
  if constexpr (std::is_same_v<T, float>) return Type::float32;
  if constexpr (std::is_same_v<T, double>) return Type::float64;
  if constexpr (std::is_same_v<T, char>) return Type::character;
}

/// The type that an axis's values are stored as; an enumerator is stored as its number.
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

/// The checksums (checksums.hpp): of each recorded epoch of each run; of its initial weights; of its last
/// weights with their moments; and of its predictions. They are in a group of their own, so that tables of
/// the runs know nothing of them.
inline constexpr const char* metrics_checksum = "checksums/metrics";
inline constexpr const char* initial_weights_checksum = "checksums/initial_weights";
inline constexpr const char* weights_checksum = "checksums/weights";
inline constexpr const char* predictions_checksum = "checksums/predictions";

/// The checksum of each run's moments (checksum_of), in files of layouts 5 and 6.
inline constexpr const char* moments_checksum = "weights/moments_checksum";

/// The array that seals the file.
inline constexpr const char* seal_text = "seal/text";

/// The optional parts of a file.
struct Parts {
  int layout;  ///< its version
  bool weights;
  bool validation;
  bool label_noise;     ///< a run has label noise, or had when the file was made
  std::size_t moments;  ///< with the weights: the most moments that the optimizer of a run has
  bool predictions;     ///< the runs' predictions for the test images, and the labels of these
  bool scale;           ///< how the numbers of the images became bytes

  /// Whether the file has a column for the metric or the axis.
  bool has(const MetricInfo& metric) const {
    if (metric.metric == Metric::clean_train_accuracy) return label_noise;
    return metric.since <= layout && (metric.set != ImageSet::validation || validation);
  }
  template <class Value, class Rule>
  bool has(const Axis<Value, Rule>& axis) const {
    return axis.since <= layout;
  }
  bool has_sessions() const { return layout >= sessions_since; }
  bool has_checksums() const { return layout >= checksums_since; }
  bool has_moments_checksum() const { return weights && moments > 0 && !has_checksums(); }
};

/// How many training sessions a file has places for: the latest of them.
inline constexpr std::size_t session_count = 64;

/// The numbers of a training session (SessionTimes), an array each; NaN in a place that has none yet. They
/// are in a group of their own, so that tables of the runs know nothing of them.
inline constexpr std::array<const char*, 3> session_arrays{"sessions/start", "sessions/expected_time",
                                                           "sessions/time"};

/// The arrays of the predictions, in a group of their own, as those of the sessions are.
inline constexpr const char* test_label = "predictions/test_label";
inline constexpr const char* test_prediction = "predictions/test_prediction";

/// The arrays of the scale, in a group of their own. Their names are those that CF has for numbers that are
/// stored as integers: number ≈ add_offset + scale_factor · byte.
inline constexpr const char* scale_offset = "pixel_scale/add_offset";
inline constexpr const char* scale_step = "pixel_scale/scale_factor";

/// Whether an array is that of a metric.
bool is_metric(const Variable& variable);

/// How many metrics it has.
std::size_t metric_count(const Parts& parts);

/// All arrays in their order in the file, those of dimensions first, the seal last.
std::vector<Variable> variables(const Parts& parts);

/// Which numbers of the runs' parameters a group of arrays holds, an array for each tensor: the initial
/// weights; those at the run's last epoch; and the moments of its optimizer then.
enum class TensorSet : std::size_t { initial, last, moment1, moment2 };
inline constexpr std::size_t tensor_set_count = 2 + max_moments;

/// The set of a moment, which counts from 0.
constexpr TensorSet moment_set(std::size_t moment) {
  return static_cast<TensorSet>(static_cast<std::size_t>(TensorSet::moment1) + moment);
}

/// The sets that a file has.
std::vector<TensorSet> tensor_sets(const Parts& parts);

/// The array of a tensor: "weights/initial_W1", "weights/W1", "weights/moment1_W1".
std::string name_of(const TensorInfo& tensor, TensorSet set);

/// The file's dimension for a tensor's dimension.
Dimension dimension_of(TensorDimension dimension);

/// The root attribute of a file whose epochs have gaps: the SHA-256 of the array `epoch`. Without gaps the
/// number of epochs tells which they are; with gaps it does not, and the seal does not cover arrays.
inline constexpr const char* epoch_checksum = "epoch_sha256";

/// The root attribute of a file with predictions: the SHA-256 of the array `test_label`.
inline constexpr const char* test_label_checksum = "used_test_labels_sha256";

/// The root attribute of a file with a scale: the SHA-256 of the offsets, then the steps.
inline constexpr const char* scale_checksum = "pixel_scale_sha256";

/// The lengths of the dimensions of a file with these runs and so many recorded epochs.
Extents extents(std::span<const Run> rows, std::size_t epochs, const DatasetFacts& data);

/// Bytes of an array; the largest std::uint64_t if there are more.
std::uint64_t byte_count(const Variable& variable, const Extents& extents);

}  // namespace runner::layout
