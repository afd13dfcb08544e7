#include "runner/results/results_data.hpp"

#include "runner/data/sha256.hpp"
#include "runner/error/error.hpp"
#include "runner/system/limits.hpp"

#include "layout.hpp"
#include "read_stored.hpp"
#include "run_progress.hpp"
#include "sessions.hpp"
#include "stored_file.hpp"

#include <algorithm>
#include <cmath>
#include <new>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

/// The values of an axis, which are those that a config may have: others would not be comparable, or lead
/// out of an array.
template <class Value, class Rule>
std::vector<Value> read_column(const StoredFile& file, const Axis<Value, Rule>& axis) {
  const std::string name(axis.name);
  if constexpr (std::is_enum_v<Value>) {
    return file.read_flags<Value>(name);
  } else {
    std::vector<Value> values = file.read<Value>(name);
    for (const Value value : values)
      if (!obeys(value, axis.rule)) throw file.damaged(fmt::format("a run's {} is {}", name, value));
    return values;
  }
}

/// So many values are read at a time where a file may say that there are more than there is room for.
constexpr std::uint64_t chunk = std::uint64_t{1} << 20;

/// A number of images.
std::size_t read_size(const StoredFile& file, const char* name, std::int64_t least) {
  constexpr std::int64_t most = 1'000'000'000;
  const std::int64_t size = file.integer(name);
  if (size < least || size > most) throw file.damaged(fmt::format("its {} is {}", name, size));
  return static_cast<std::size_t>(size);
}

/// How large an image is, how many classes there are, and of which the test images are. A file that was
/// merged of older ones may not know the first, and says 0.
void read_shape(const StoredFile& file, DatasetFacts& data) {
  data.rows = read_size(file, "image_rows", 0);
  data.columns = read_size(file, "image_columns", 0);
  const bool says_pixels = file.parts().layout >= pixel_scale_since;
  const std::size_t pixels = says_pixels ? read_size(file, "image_pixels", 0) : data.rows * data.columns;
  if (const std::size_t area = data.rows * data.columns; area > 0 && pixels % area != 0)
    throw file.damaged(
        fmt::format("its images are of {} x {} pixels, and of {}", data.rows, data.columns, pixels));
  const std::size_t classes = read_size(file, "classes", 0);
  if (file.has_weights() && ((pixels > 0 && pixels != data.pixels) || classes != data.classes))
    throw file.damaged(fmt::format("its weights are of {} pixels and {} classes, its images of {} and {}",
                                   data.pixels, data.classes, pixels, classes));
  data.pixels = std::max(data.pixels, pixels);
  data.classes = classes;
  data.scale = file.scale();
  if (const std::size_t scales = data.scale.offsets.size(); scales > 1 && scales != data.pixels)
    throw file.damaged(
        fmt::format("it has the scales of {} pixels, its images have {}", scales, data.pixels));
  if (!file.has_predictions()) return;
  if (data.test_size != file.extent(layout::test_image))
    throw file.damaged(fmt::format("it has predictions for {} test images, and its test_size is {}",
                                   file.extent(layout::test_image), data.test_size));
  data.test_labels = file.read<std::uint8_t>(layout::test_label);
  if (sha256_hex(data.test_labels) != file.text(layout::test_label_checksum))
    throw file.damaged("the labels of its test images are not those it was made with");
}

Origin read_origin(const StoredFile& file) {
  Origin origin{file.integer("arithmetic_version"),
                file.text("runner_version"),
                file.text("kernel"),
                file.text("processor"),
                {file.text("dataset"),
                 file.text("dataset_directory"),
                 {},
                 0,
                 0,
                 file.extent(layout::input),
                 file.extent(layout::classes),
                 read_size(file, "train_size", 1),
                 read_size(file, "validation_size", 0),
                 read_size(file, "test_size", 1),
                 file.integers("train_class_counts"),
                 {},
                 {}},
                file.text("config_text"),
                file.text("config_file")};
  for (std::size_t f = 0; f < origin.data.files.size(); ++f)
    origin.data.files[f] = {file.text(fmt::format("{}_path", dataset_file_names[f])),
                            file.text(fmt::format("{}_sha256", dataset_file_names[f]))};
  if (file.parts().layout >= predictions_since) read_shape(file, origin.data);
  if ((origin.data.validation_size > 0) != file.has_validation())
    throw file.damaged(fmt::format("its validation_size is {}, and it has {} numbers of a validation set",
                                   origin.data.validation_size, file.has_validation() ? "the" : "no"));
  if (!origin.data.train_class_counts.empty()) {
    std::uint64_t images = 0;
    for (const std::int64_t count : origin.data.train_class_counts) {
      images += static_cast<std::uint64_t>(count);
      if (images > origin.data.train_size) break;
    }
    if (images != origin.data.train_size)
      throw file.damaged(
          fmt::format("its train_class_counts are not those of {} training images", origin.data.train_size));
  }
  return origin;
}

/// The runs of the sweep in its order, of a shard those it has; then the others.
std::vector<std::int32_t> read_indices(const StoredFile& file) {
  const std::uint64_t count = file.extent(layout::run);
  std::vector<std::int32_t> indices;
  std::int64_t last = -1;
  bool in_sweep = true;
  for (std::uint64_t first = 0; first < count; first += chunk)
    for (const std::int32_t index :
         file.read_part<std::int32_t>("run", first, std::min(chunk, count - first))) {
      in_sweep = in_sweep && index != -1;
      if (in_sweep ? index <= last || index >= static_cast<std::int64_t>(max_runs) : index != -1)
        throw file.damaged(
            fmt::format("run {} has the index {}, which is out of order", indices.size(), index));
      last = index;
      indices.push_back(index);
    }
  return indices;
}

void require_epochs(const StoredFile& file) {
  const std::uint64_t length = file.extent(layout::epoch);
  for (std::uint64_t first = 0; first < length; first += chunk) {
    const auto epochs = file.read_part<std::int32_t>("epoch", first, std::min(chunk, length - first));
    for (std::size_t i = 0; i < epochs.size(); ++i)
      if (epochs[i] != file.recorded()[first + i])
        throw file.damaged(fmt::format("its epoch {} is numbered {}", first + i, epochs[i]));
  }
}

std::vector<std::string> read_digests(const StoredFile& file) {
  std::vector<std::string> digests = file.digests();
  for (std::size_t r = 0; r < digests.size(); ++r)
    if (digests[r].find_first_not_of("0123456789abcdef") != std::string::npos)
      throw file.damaged(fmt::format("the digest of run {} is not a hexadecimal number", r));
  return digests;
}

/// A claim for which there is no memory is refused before the system takes memory from other programs.
void require_memory(const StoredFile& file) {
  const MemoryLimit limit = memory_limit();
  const double needed = static_cast<double>(file.extent(layout::run)) *
                        static_cast<double>(file.extent(layout::epoch)) *
                        static_cast<double>(layout::metric_count(file.parts()) * sizeof(float));
  if (needed + limit.taken > limit.bytes)
    throw failure(fmt::format("there is not enough memory to read {}: it takes {:.1f} GB, and {} {:.1f} GB",
                              file.path().string(), needed / 1e9, limit.owner, limit.bytes / 1e9));
}

/// What a writer may commit. A run whose loss on the training or the test set is no number has diverged
/// before. That on the validation set decides nothing and may be none.
bool can_be(const MetricInfo& metric, float value) {
  if (metric.quantity == Quantity::accuracy) return value >= 0 && value <= 1;
  // −log(y + 1e-7) is a little less than 0 where y is 1.
  constexpr float least = -1e-6f;
  if (metric.set == ImageSet::validation) return !(value < least);
  return value >= least && std::isfinite(value);
}

ResultsData read_all_but_curves(const StoredFile& file) {
  // What is most likely wrong in a file of made-up extents comes first: little has been read by then.
  const std::vector<std::int32_t> indices = read_indices(file);
  require_epochs(file);
  std::vector<std::string> digests = read_digests(file);
  ResultsData data{file.path(),
                   file.text("title"),
                   file.text("config"),
                   read_origin(file),
                   file.recorded(),
                   {},
                   read_sessions(file),
                   {},
                   {}};
  const std::vector<RunProgress> progress = read_progress(file);

  std::vector<RunSpec> specs(file.extent(layout::run));
  for_each_axis([&](const auto& axis) {
    if (!file.parts().has(axis)) return;
    const auto column = read_column(file, axis);
    for (std::size_t r = 0; r < specs.size(); ++r) specs[r].*axis.value = column[r];
  });
  for (const RunSpec& spec : specs)
    if (static_cast<std::size_t>(spec.batch_size) > data.origin.data.train_size)
      throw file.damaged(fmt::format("a run's batch_size is {}, of {} training images", spec.batch_size,
                                     data.origin.data.train_size));
  if (file.has_weights())
    for (const RunSpec& spec : specs)
      if (static_cast<std::uint64_t>(spec.hidden_size) > file.extent(layout::hidden))
        throw file.damaged(fmt::format("a run's hidden_size is {}, its weights have room for {}",
                                       spec.hidden_size, file.extent(layout::hidden)));

  for (const RunSpec& spec : specs) {
    if (spec.label_noise > 0 && !file.parts().label_noise)
      throw file.damaged(fmt::format("a run's label_noise is {}, and it has no {}", spec.label_noise,
                                     info(Metric::clean_train_accuracy).name));
    if (file.has_weights() && moment_count(spec.optimizer) > file.parts().moments)
      throw file.damaged(
          fmt::format("a run's optimizer is {}, whose moments are missing", to_string(spec.optimizer)));
  }

  data.runs.reserve(digests.size());
  for (std::size_t r = 0; r < digests.size(); ++r) {
    StoredRun run{};
    run.run = {specs[r], std::move(digests[r]), indices[r]};
    run.status = status_of(progress[r], data.epochs(), file.parts());
    run.epochs_done = progress[r].epochs_done;
    run.wall_time = progress[r].wall_time;
    run.weights_epoch = progress[r].weights_epoch;
    run.row = r;
    run.predictions_epoch = progress[r].predictions_epoch;
    data.runs.push_back(std::move(run));
  }
  return data;
}

ResultsData read(const StoredFile& file) {
  require_memory(file);
  ResultsData data = read_all_but_curves(file);
  const std::size_t length = data.recorded.size();
  const std::size_t rows = std::max<std::size_t>(1, chunk / length);
  const auto epoch_of = [&](std::ptrdiff_t index) { return data.recorded[static_cast<std::size_t>(index)]; };
  for (const MetricInfo& metric : metric_table) {
    if (!file.parts().has(metric)) continue;
    const std::string_view name = metric.name;
    for (std::size_t first = 0; first < data.runs.size(); first += rows) {
      const std::size_t count = std::min(rows, data.runs.size() - first);
      const auto values = file.read_part<float>(name, first * length, count * length);
      for (std::size_t r = first; r < first + count; ++r) {
        // What lies behind the mark may be half written: it is not there yet.
        const std::size_t committed = data.recorded.count_to(data.runs[r].epochs_done);
        const float* row = values.data() + (r - first) * length;
        const float* recorded =
            std::find_if_not(row, row + committed, [&](float v) { return unrecorded(metric, v); });
        const float* wrong =
            std::find_if_not(recorded, row + committed, [&](float v) { return can_be(metric, v); });
        if (wrong != row + committed)
          throw file.damaged(
              fmt::format("the {} of run {} after epoch {} is {}", name, r, epoch_of(wrong - row), *wrong));
        // Behind a divergence nothing is ever written. Other programs, which know no marks, read it.
        const float* end = row + length;
        const float* left =
            data.runs[r].status != RunStatus::diverged
                ? end
                : std::find_if_not(row + committed, end, [](float v) { return std::isnan(v); });
        if (left != end)
          throw file.damaged(
              fmt::format("run {} has diverged after epoch {}, and its {} after epoch {} is {}", r,
                          data.runs[r].epochs_done, name, epoch_of(left - row), *left));
        // A run without label noise has no other labels.
        if (metric.metric == Metric::clean_train_accuracy && data.runs[r].run.spec.label_noise == 0) continue;
        std::vector<float>& column = data.runs[r].curves[metric.metric];
        column.reserve(length);
        column.assign(row, row + committed);
        column.resize(length, canonical_nan);
      }
    }
  }
  return data;
}

/// What a function reads of a file, which may claim more than there is memory for.
template <class Read>
ResultsData with_memory(const StoredFile& file, const Read& read_it) {
  const auto lacking = [&] {
    return failure(fmt::format("there is not enough memory to read {}", file.path().string()));
  };
  try {
    return read_it(file);
  } catch (const std::bad_alloc&) {
    throw lacking();
  } catch (const std::length_error&) {
    throw lacking();
  }
}

}  // namespace

ResultsData read_results(const StoredFile& file) {
  return with_memory(file, read);
}

ResultsData read_without_curves(const StoredFile& file) {
  return with_memory(file, read_all_but_curves);
}

ResultsData read_results(const fs::path& path) {
  return read_results(StoredFile(path));
}

}  // namespace runner
