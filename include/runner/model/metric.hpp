#pragma once

#include "runner/model/versions.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace runner {

/// A number recorded of a run after each epoch: a mean over a whole set of images.
enum class Metric {
  train_loss,
  train_accuracy,
  test_loss,
  test_accuracy,
  validation_loss,
  validation_accuracy,
  clean_train_accuracy
};

enum class ImageSet { train, validation, test };
enum class Quantity { loss, accuracy };

/// A metric's line of the table.
struct MetricInfo {
  Metric metric;
  std::string_view name;       ///< its key everywhere: arrays, JSON, CSV columns
  std::string_view long_name;  ///< the description in results files
  ImageSet set;
  Quantity quantity;
  int since;  ///< the first layout of results files with this metric
};

/// All metrics, in the order of enum Metric. Results files, JSON lines, pages and tables iterate over these
/// lines.
inline constexpr std::array metric_table{
    MetricInfo{Metric::train_loss, "train_loss", "mean loss on the training set", ImageSet::train,
               Quantity::loss, oldest_readable_layout},
    MetricInfo{Metric::train_accuracy, "train_accuracy", "share of the training set classified correctly",
               ImageSet::train, Quantity::accuracy, oldest_readable_layout},
    MetricInfo{Metric::test_loss, "test_loss", "mean loss on the test set", ImageSet::test, Quantity::loss,
               oldest_readable_layout},
    MetricInfo{Metric::test_accuracy, "test_accuracy", "share of the test set classified correctly",
               ImageSet::test, Quantity::accuracy, oldest_readable_layout},
    MetricInfo{Metric::validation_loss, "validation_loss", "mean loss on the validation set",
               ImageSet::validation, Quantity::loss, oldest_readable_layout},
    MetricInfo{Metric::validation_accuracy, "validation_accuracy",
               "share of the validation set classified correctly", ImageSet::validation, Quantity::accuracy,
               oldest_readable_layout},
    MetricInfo{Metric::clean_train_accuracy, "clean_train_accuracy",
               "share of the training set classified as it was labelled before label_noise", ImageSet::train,
               Quantity::accuracy, 5},
};
inline constexpr std::size_t metric_count = metric_table.size();

constexpr const MetricInfo& info(Metric metric) {
  return metric_table[static_cast<std::size_t>(metric)];
}

/// The only NaN that is recorded, so that equal results are equal bytes.
inline constexpr float canonical_nan = std::bit_cast<float>(std::uint32_t{0x7fc00000});
inline float canonical(float value) {
  return std::isnan(value) ? canonical_nan : value;
}

inline bool same_bits(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

/// Whether a metric was not recorded. Epochs that a run had trained before the metric existed have NaN
/// instead.
inline bool unrecorded(const MetricInfo& metric, float stored) {
  return metric.since > oldest_readable_layout && std::isnan(stored);
}

/// A value for each metric.
template <class Value>
class PerMetric {
 public:
  constexpr PerMetric() = default;
  constexpr explicit PerMetric(const Value& all) { values_.fill(all); }
  constexpr Value& operator[](Metric metric) { return values_[static_cast<std::size_t>(metric)]; }
  constexpr const Value& operator[](Metric metric) const { return values_[static_cast<std::size_t>(metric)]; }

 private:
  std::array<Value, metric_count> values_{};
};

/// The numbers recorded for a run after an epoch; NaN: not recorded.
class Metrics : public PerMetric<float> {
 public:
  constexpr Metrics() : PerMetric(canonical_nan) {}

  /// False once the run has diverged: its training or test loss is not a finite number.
  bool finite() const {
    return std::isfinite((*this)[Metric::train_loss]) && std::isfinite((*this)[Metric::test_loss]);
  }
};

}  // namespace runner
