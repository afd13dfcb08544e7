#include "layout.hpp"

#include "seal.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace runner::layout {
namespace {

template <class Value, class Rule>
Variable column_of(const Axis<Value, Rule>& axis) {
  Variable column{std::string(axis.name),
                  type_of<AsStored<Value>>(),
                  {run},
                  std::string(axis.long_name),
                  std::string(axis.units)};
  if constexpr (Named<Value>)
    column.flags.assign(enumerator_names<Value>.begin(), enumerator_names<Value>.end());
  return column;
}

std::string long_name_of(const TensorInfo& tensor, TensorSet set) {
  switch (set) {
    case TensorSet::initial:
      return fmt::format("{} of the untrained network", tensor.long_name);
    case TensorSet::last:
      return fmt::format("{} after the last epoch", tensor.long_name);
    case TensorSet::moment1:
      return fmt::format("v of momentum and nesterov, h of adagrad and rmsprop, m of adam, for the {}",
                         tensor.long_name);
    case TensorSet::moment2:
      return fmt::format("v of adam, for the {}", tensor.long_name);
  }
  return "";
}

}  // namespace

std::string_view scale_name(Dimension dimension) {
  constexpr std::array<std::string_view, dimension_count> names{"run",
                                                                "epoch",
                                                                "digest_length",
                                                                "weights/input",
                                                                "weights/hidden",
                                                                "weights/class",
                                                                "predictions/test_image",
                                                                "sessions/session",
                                                                "pixel_scale/pixel",
                                                                "seal/length"};
  return names[dimension];
}

std::size_t size_of(Type type) {
  switch (type) {
    case Type::int8:
    case Type::uint8:
    case Type::character:
      return 1;
    case Type::int32:
    case Type::uint32:
    case Type::float32:
      return 4;
    case Type::int64:
    case Type::float64:
      return 8;
  }
  return 0;
}

bool is_metric(const Variable& variable) {
  return std::any_of(metric_table.begin(), metric_table.end(),
                     [&](const MetricInfo& metric) { return metric.name == variable.name; });
}

std::size_t metric_count(const Parts& parts) {
  return static_cast<std::size_t>(std::count_if(metric_table.begin(), metric_table.end(),
                                                [&](const MetricInfo& metric) { return parts.has(metric); }));
}

std::vector<Variable> variables(const Parts& parts) {
  std::vector<Variable> table{
      {"run", Type::int32, {run}, "index of the run in the sweep; -1 for one that is no longer in it", ""},
      {"epoch", Type::int32, {epoch}, "epochs trained; 0 is the untrained network", "1"},
      {"digest_length", Type::float32, {digits}, "", ""}};
  for_each_axis([&](const auto& axis) {
    if (parts.has(axis)) table.push_back(column_of(axis));
  });
  const std::vector<Variable> recorded{
      {"digest",
       Type::character,
       {run, digits},
       "identity of the run: its specification, data and arithmetic",
       ""},
      {"status",
       Type::int8,
       {run},
       "where the run stands",
       "",
       {enumerator_names<RunStatus>.begin(), enumerator_names<RunStatus>.end()}},
      {"epochs_done", Type::int32, {run}, "last epoch recorded with finite losses; -1 before epoch 0", ""},
      {"wall_time", Type::float64, {run}, "the run's share of the time its epochs took", "s"}};
  table.insert(table.end(), recorded.begin(), recorded.end());
  for (const MetricInfo& metric : metric_table)
    if (parts.has(metric))
      table.push_back(
          {std::string(metric.name), Type::float32, {run, epoch}, std::string(metric.long_name), "1"});
  const auto make_scale = [&](Dimension dimension) {
    table.push_back({std::string(scale_name(dimension)), Type::float32, {dimension}, "", ""});
  };
  if (parts.has_sessions()) {
    make_scale(session);
    table.push_back({session_arrays[0],
                     Type::float64,
                     {session},
                     "when a session of training began, from 1970-01-01 00:00 UTC on; the latest sessions",
                     "s"});
    table.push_back({session_arrays[1],
                     Type::float64,
                     {session},
                     "time that was expected for what the session had to train",
                     "s"});
    table.push_back({session_arrays[2],
                     Type::float64,
                     {session},
                     "time that the session took; NaN where it was killed",
                     "s"});
  }
  if (parts.weights) {
    table.push_back({"weights_epoch",
                     Type::int32,
                     {run},
                     "epoch after which the run had the weights W1, b1, W2, b2; -1: none",
                     ""});
    make_scale(input);
    make_scale(hidden);
    make_scale(classes);
    for (const TensorSet set : tensor_sets(parts))
      for (const TensorInfo& tensor : tensor_table) {
        Variable array{name_of(tensor, set), Type::float32, {run}, long_name_of(tensor, set), "1"};
        for (std::size_t d = 0; d < tensor.rank; ++d)
          array.dimensions.push_back(dimension_of(tensor.dimensions[d]));
        table.push_back(std::move(array));
      }
  }
  if (parts.has_checksums())
    table.push_back({metrics_checksum, Type::uint32, {run, epoch}, "CRC-32 of the metrics of an epoch", ""});
  if (parts.has_checksums() && parts.weights) {
    table.push_back({initial_weights_checksum,
                     Type::uint32,
                     {run},
                     "CRC-32 of the weights of the untrained network",
                     ""});
    table.push_back({weights_checksum,
                     Type::uint32,
                     {run},
                     "CRC-32 of the weights after the last epoch, and of their moments",
                     ""});
  }
  if (parts.has_checksums() && parts.predictions)
    table.push_back(
        {predictions_checksum, Type::uint32, {run}, "CRC-32 of the predictions for the test images", ""});
  if (parts.has_moments_checksum())
    table.push_back({moments_checksum, Type::int64, {run}, "checksum of the moments", ""});
  if (parts.predictions) {
    table.push_back({"predictions_epoch",
                     Type::int32,
                     {run},
                     "epoch after which the run made its predictions for the test images; -1: none",
                     ""});
    make_scale(test_image);
    table.push_back({test_label, Type::uint8, {test_image}, "class of the test image", ""});
    table.push_back({test_prediction,
                     Type::uint8,
                     {run, test_image},
                     "class that the run predicts for the test image after its last epoch",
                     ""});
  }
  if (parts.scale) {
    make_scale(scale);
    table.push_back({scale_offset,
                     Type::float64,
                     {scale},
                     "number that the byte 0 of a pixel stands for; one for all pixels, or one for each",
                     ""});
    table.push_back({scale_step,
                     Type::float64,
                     {scale},
                     "difference of the numbers that two neighbouring bytes of a pixel stand for",
                     ""});
  }
  make_scale(seal);
  table.push_back({seal_text,
                   Type::character,
                   {seal},
                   "what this file is, and a checksum of all outside its arrays",
                   ""});
  return table;
}

std::vector<TensorSet> tensor_sets(const Parts& parts) {
  if (!parts.weights) return {};
  std::vector<TensorSet> sets{TensorSet::initial, TensorSet::last};
  for (std::size_t k = 0; k < parts.moments; ++k) sets.push_back(moment_set(k));
  return sets;
}

std::string name_of(const TensorInfo& tensor, TensorSet set) {
  constexpr std::array<std::string_view, tensor_set_count> prefixes{"initial_", "", "moment1_", "moment2_"};
  return fmt::format("weights/{}{}", prefixes[static_cast<std::size_t>(set)], tensor.name);
}

Dimension dimension_of(TensorDimension dimension) {
  switch (dimension) {
    case TensorDimension::input:
      return input;
    case TensorDimension::hidden:
      return hidden;
    case TensorDimension::classes:
      return classes;
  }
  return input;
}

Extents extents(std::span<const Run> rows, std::size_t epochs, const DatasetFacts& data) {
  std::int32_t widest = 0;
  for (const Run& r : rows) widest = std::max(widest, r.spec.hidden_size);
  return {rows.size(),
          epochs,
          digest_length,
          data.pixels,
          static_cast<std::uint64_t>(widest),
          data.classes,
          data.test_size,
          session_count,
          data.scale.offsets.size(),
          seal_length};
}

std::uint64_t byte_count(const Variable& variable, const Extents& extents) {
  std::uint64_t bytes = size_of(variable.type);
  for (const Dimension d : variable.dimensions)
    if (__builtin_mul_overflow(bytes, extents[d], &bytes)) return std::numeric_limits<std::uint64_t>::max();
  return bytes;
}

}  // namespace runner::layout
