#include "creation.hpp"

#include "runner/data/sha256.hpp"
#include "runner/files/descriptor.hpp"
#include "runner/files/replacement.hpp"
#include "runner/model/layout_version.hpp"
#include "runner/system/limits.hpp"

#include "additions.hpp"
#include "array_writer.hpp"
#include "damage.hpp"
#include "hdf5_handle.hpp"
#include "hdf5_types.hpp"
#include "layout.hpp"
#include "machine.hpp"
#include "seal.hpp"
#include "sessions.hpp"
#include "stored_file.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <hdf5_hl.h>
#include <unistd.h>

namespace runner {
namespace {

namespace fs = std::filesystem;
using layout::Variable;

/// Text is stored with a length of its own (variable-length UTF-8): fixed-length attributes end at 64 KB.
void put(hid_t object, const char* name, const std::string& value) {
  const std::string doing = fmt::format("write the attribute {}", name);
  const hdf5::Datatype type(H5Tcopy(H5T_C_S1), doing);
  hdf5::check(H5Tset_size(type, H5T_VARIABLE), doing);
  hdf5::check(H5Tset_cset(type, H5T_CSET_UTF8), doing);
  const hdf5::Dataspace scalar(H5Screate(H5S_SCALAR), doing);
  const hdf5::Attribute attribute(H5Acreate2(object, name, type, scalar, H5P_DEFAULT, H5P_DEFAULT), doing);
  const char* text = value.c_str();
  hdf5::check(H5Awrite(attribute, type, &text), doing);
}

void put(hid_t object, const char* name, std::int64_t value) {
  const std::string doing = fmt::format("write the attribute {}", name);
  const hdf5::Dataspace scalar(H5Screate(H5S_SCALAR), doing);
  const hdf5::Attribute attribute(H5Acreate2(object, name, H5T_STD_I64LE, scalar, H5P_DEFAULT, H5P_DEFAULT),
                                  doing);
  hdf5::check(H5Awrite(attribute, H5T_NATIVE_INT64, &value), doing);
}

void put(hid_t object, const char* name, const std::vector<std::int64_t>& values) {
  const std::string doing = fmt::format("write the attribute {}", name);
  const hsize_t count = values.size();
  const hdf5::Dataspace space(H5Screate_simple(1, &count, nullptr), doing);
  const hdf5::Attribute attribute(H5Acreate2(object, name, H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT),
                                  doing);
  hdf5::check(H5Awrite(attribute, H5T_NATIVE_INT64, values.data()), doing);
}

/// An enumeration as CF has it, since netCDF readers drop HDF5's own: what the numbers 0, 1, … mean.
void put_flags(hid_t object, const std::vector<std::string_view>& meanings) {
  const std::string doing = "write the attribute flag_values";
  std::vector<std::int8_t> numbers;
  for (std::size_t i = 0; i < meanings.size(); ++i) numbers.push_back(static_cast<std::int8_t>(i));
  const hsize_t count = numbers.size();
  const hdf5::Dataspace space(H5Screate_simple(1, &count, nullptr), doing);
  const hdf5::Attribute attribute(
      H5Acreate2(object, "flag_values", H5T_STD_I8LE, space, H5P_DEFAULT, H5P_DEFAULT), doing);
  hdf5::check(H5Awrite(attribute, H5T_NATIVE_INT8, numbers.data()), doing);
  put(object, "flag_meanings", fmt::format("{}", fmt::join(meanings, " ")));
}

/// The values of the array `epoch`.
std::string bytes_of(const RecordedEpochs& epochs) {
  std::vector<std::int32_t> numbers;
  for (std::size_t i = 0; i < epochs.size(); ++i) numbers.push_back(epochs[i]);
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(std::int32_t)};
}

void put_global_attributes(hid_t file, const Sweep& sweep, const RecordedEpochs& epochs, bool has_predictions,
                           const DatasetFacts& data, const Provenance& provenance) {
  const Config& config = sweep.config;
  put(file, "Conventions", "CF-1.8 ACDD-1.3");
  put(file, "title", config.name);
  put(file, "summary", config.description);
  put(file, "source", fmt::format("{} {}", layout::program, provenance.runner_version));
  put(file, "date_created", utc_now());
  put(file, "program", std::string(layout::program));
  put(file, "layout_version", results_layout_version);
  put(file, "arithmetic_version", arithmetic_version);
  put(file, "runner_version", provenance.runner_version);
  put(file, "hdf5_version", H5_VERS_INFO);
  put(file, "compiler", provenance.compiler);
  put(file, "kernel", provenance.kernel);
  put(file, "processor", provenance.processor);
  put(file, "host", host_name());
  put(file, "command_line", provenance.command_line);
  put(file, "config_file", config.file.string());
  put(file, "config_text", config.text);
  put(file, "config", config.effective);
  put(file, "dataset", data.name);
  put(file, "dataset_directory", data.directory.string());
  put(file, "image_rows", static_cast<std::int64_t>(data.rows));
  put(file, "image_columns", static_cast<std::int64_t>(data.columns));
  put(file, "image_pixels", static_cast<std::int64_t>(data.pixels));
  put(file, "classes", static_cast<std::int64_t>(data.classes));
  put(file, "train_size", static_cast<std::int64_t>(data.train_size));
  put(file, "validation_size", static_cast<std::int64_t>(data.validation_size));
  put(file, "test_size", static_cast<std::int64_t>(data.test_size));
  if (!data.train_class_counts.empty()) put(file, "train_class_counts", data.train_class_counts);
  if (has_predictions) put(file, layout::test_label_checksum, sha256_hex(data.test_labels));
  if (!data.scale.empty()) put(file, layout::scale_checksum, checksum_of(data.scale));
  if (epochs.has_gaps()) put(file, layout::epoch_checksum, sha256_hex(bytes_of(epochs)));
  for (std::size_t f = 0; f < data.files.size(); ++f) {
    put(file, fmt::format("{}_path", dataset_file_names[f]).c_str(), data.files[f].path.string());
    put(file, fmt::format("{}_sha256", dataset_file_names[f]).c_str(), data.files[f].sha256);
  }
}

/// A list of properties for something whose members keep the order they were made in, as netCDF-4 wants it.
hdf5::PropertyList in_order(hid_t what) {
  const std::string doing = "set the order of a group's members";
  hdf5::PropertyList list(H5Pcreate(what), doing);
  hdf5::check(H5Pset_link_creation_order(list, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), doing);
  hdf5::check(H5Pset_obj_track_times(list, false), doing);
  return list;
}

void make_group(hid_t file, const char* name) {
  const hdf5::PropertyList list = in_order(H5P_GROUP_CREATE);
  hdf5::Group(H5Gcreate2(file, name, H5P_DEFAULT, list, H5P_DEFAULT), fmt::format("make the group {}", name));
}

/// Contiguous, with all its bytes on file from the start.
hdf5::PropertyList whole_from_the_start(layout::Type type) {
  const std::string doing = "set how arrays are stored";
  // What they are filled with is said here and written by Filling, which can be stopped.
  hdf5::PropertyList list(H5Pcreate(H5P_DATASET_CREATE), doing);
  hdf5::check(H5Pset_layout(list, H5D_CONTIGUOUS), doing);
  hdf5::check(H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY), doing);
  hdf5::check(H5Pset_fill_time(list, H5D_FILL_TIME_NEVER), doing);
  hdf5::check(H5Pset_obj_track_times(list, false), doing);
  const std::int32_t none = -1;
  if (type == layout::Type::float32)
    hdf5::check(H5Pset_fill_value(list, H5T_NATIVE_FLOAT, &canonical_nan), doing);
  if (type == layout::Type::int32) hdf5::check(H5Pset_fill_value(list, H5T_NATIVE_INT32, &none), doing);
  return list;
}

void make_scale(hid_t dataset, const Variable& variable, std::uint64_t length) {
  const std::string doing = "make the dimension " + variable.name;
  // The netCDF-4 format: a dimension without values is told by this very name, the length in ten places.
  const std::string name =
      variable.long_name.empty()
          ? fmt::format("This is a netCDF dimension but not a netCDF variable.{:10}", length)
          : variable.name;
  hdf5::check(H5DSset_scale(dataset, name.c_str()), doing);
}

/// An array and where it lies.
struct Place {
  Variable variable;
  ByteRange range;
};

Place make_array(hid_t file, const Variable& variable, const layout::Extents& extents) {
  const std::string doing = "make the array " + variable.name;
  std::vector<hsize_t> shape;
  for (const layout::Dimension d : variable.dimensions) shape.push_back(extents[d]);
  const hdf5::Dataspace space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), doing);
  const hdf5::PropertyList list = whole_from_the_start(variable.type);
  const hdf5::Dataset dataset(H5Dcreate2(file, variable.name.c_str(), hdf5::file_type(variable.type), space,
                                         H5P_DEFAULT, list, H5P_DEFAULT),
                              doing);
  if (variable.name == layout::scale_name(variable.dimensions[0])) {
    make_scale(dataset, variable, shape[0]);
  } else {
    for (std::size_t i = 0; i < variable.dimensions.size(); ++i) {
      const std::string scale_name(layout::scale_name(variable.dimensions[i]));
      const hdf5::Dataset scale(H5Dopen2(file, scale_name.c_str(), H5P_DEFAULT), doing);
      hdf5::check(H5DSattach_scale(dataset, scale, static_cast<unsigned>(i)), doing);
    }
  }
  if (!variable.long_name.empty()) put(dataset, "long_name", variable.long_name);
  if (!variable.units.empty()) put(dataset, "units", variable.units);
  if (!variable.flags.empty()) put_flags(dataset, variable.flags);
  // So xarray gives the digests as text and not as single characters.
  if (variable.type == layout::Type::character) put(dataset, "_Encoding", "ascii");
  // CF's auxiliary coordinates: a metric taken out of the file still knows the settings of each run.
  if (layout::is_metric(variable))
    put(dataset, "coordinates", fmt::format("{}", fmt::join(axis_names(), " ")));
  return {variable, {H5Dget_offset(dataset), layout::byte_count(variable, extents)}};
}

/// The rows of a file: the sweep's runs in their order, then those that are in it no longer.
using Rows = std::vector<Run>;

/// A row of an earlier file.
struct Source {
  std::size_t file;
  std::size_t row;
};

/// What a new file holds: its rows, each with its source if it has one, its epochs, and which arrays.
struct Contents {
  Rows rows;
  std::vector<std::optional<Source>> source;
  RecordedEpochs epochs;
  layout::Parts parts;
};

/// Predictions that earlier files have are kept. Where the labels of the test images are not known, as in the
/// merge of files of earlier layouts, there are none.
layout::Parts parts_of(const Sweep& sweep, const Rows& rows, const DatasetFacts& data,
                       std::span<const ResultsData> earlier) {
  const auto has_predictions = [](const ResultsData& from) { return from.has_predictions(); };
  const bool predictions =
      sweep.save_predictions || std::any_of(earlier.begin(), earlier.end(), has_predictions);
  layout::Parts parts{results_layout_version,
                      sweep.config.save_weights,
                      data.validation_size > 0,
                      false,
                      0,
                      predictions && !data.test_labels.empty(),
                      !data.scale.empty()};
  for (const Run& row : rows) {
    parts.label_noise = parts.label_noise || row.spec.label_noise > 0;
    parts.moments = std::max(parts.moments, moment_count(row.spec.optimizer));
  }
  return parts;
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

Columns columns_of(const Contents& contents, const DatasetFacts& data, std::span<const ResultsData> earlier) {
  Columns columns = columns_of_runs(contents.rows);
  if (contents.parts.predictions) columns[layout::test_label] = bytes_of(data.test_labels);
  if (contents.parts.scale) {
    columns[layout::scale_offset] = bytes_of(data.scale.offsets);
    columns[layout::scale_step] = bytes_of(data.scale.steps);
  }
  columns["epoch"] = bytes_of(contents.epochs);
  std::vector<SessionTimes> sessions;
  for (const ResultsData& from : earlier)
    sessions.insert(sessions.end(), from.sessions.begin(), from.sessions.end());
  const auto times = session_columns(std::move(sessions));
  for (std::size_t i = 0; i < times.size(); ++i) columns[layout::session_arrays[i]] = times[i];
  return columns;
}

/// Some bytes of an array in which nothing has been written: NaN, −1, 255 or 0.
std::string fill_of(layout::Type type) {
  constexpr std::size_t size = std::size_t{1} << 20;
  if (type == layout::Type::float32) return bytes_of(std::vector<float>(size / sizeof(float), canonical_nan));
  if (type == layout::Type::int32)
    return bytes_of(std::vector<std::int32_t>(size / sizeof(std::int32_t), -1));
  return std::string(size, type == layout::Type::uint8 ? '\xff' : '\0');
}

/// All bytes of all arrays, so that no place is missing later on. May take minutes.
void fill(const fs::path& path, const std::vector<Place>& places, const Columns& columns, const Stop& stop) {
  Descriptor file(path, O_RDWR);
  for (const Place& place : places) {
    const ByteRange& range = place.range;
    if (const auto column = columns.find(place.variable.name); column != columns.end()) {
      file.write_at(range.offset, column->second.data(), range.length);
      continue;
    }
    const std::string some = fill_of(place.variable.type);
    for (std::uint64_t done = 0; done < range.length; done += some.size()) {
      stop.throw_if_requested();
      file.write_at(range.offset + done, some.data(), std::min(some.size(), range.length - done));
    }
  }
}

/// The structure of a file, with its texts. Returns where the arrays lie; none is filled.
std::vector<Place> write_structure(const fs::path& path, const Sweep& sweep, const Contents& contents,
                                   const DatasetFacts& data, const Provenance& provenance) {
  const hdf5::Session session;
  const hdf5::PropertyList root = in_order(H5P_FILE_CREATE);
  const hdf5::PropertyList access = hdf5::file_access();
  // No number lies across the border of two sectors or pages, so that none is ever half written.
  hdf5::check(H5Pset_alignment(access, 1, sizeof(std::int64_t)), "set the alignment of arrays");
  hdf5::File file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, root, access), "create it");
  put_global_attributes(file, sweep, contents.epochs, contents.parts.predictions, data, provenance);
  if (contents.parts.weights) make_group(file, "weights");
  if (contents.parts.predictions) make_group(file, "predictions");
  make_group(file, "sessions");
  make_group(file, "checksums");
  if (contents.parts.scale) make_group(file, "pixel_scale");
  make_group(file, "seal");
  const layout::Extents extents = layout::extents(contents.rows, contents.epochs.size(), data);
  std::vector<Place> places;
  for (const Variable& variable : layout::variables(contents.parts))
    places.push_back(make_array(file, variable, extents));
  hdf5::check(H5Fflush(file, H5F_SCOPE_LOCAL), "write it");
  file.close("close it");
  hdf5::check_closes("write it");
  return places;
}

void write_file(const fs::path& path, const Sweep& sweep, const Contents& contents, const Columns& columns,
                const DatasetFacts& data, const Provenance& provenance, const Stop& stop) {
  const std::vector<Place> places = write_structure(path, sweep, contents, data, provenance);
  fill(path, places, columns, stop);
  std::vector<ByteRange> arrays;
  for (const Place& place : places) arrays.push_back(place.range);
  seal_file(path, results_layout_version, arrays, arrays.back());
}

/// How large a file will be, about; the largest number there is where that is too many bytes to count.
std::uint64_t bytes_of_file(const Sweep& sweep, const Contents& contents, const DatasetFacts& data) {
  constexpr std::uint64_t structure_of_array = 1024;  // its names, attributes and place
  std::uint64_t total = sweep.config.text.size() + sweep.config.effective.size();
  const layout::Extents extents = layout::extents(contents.rows, contents.epochs.size(), data);
  for (const Variable& variable : layout::variables(contents.parts))
    if (__builtin_add_overflow(total, layout::byte_count(variable, extents), &total) ||
        __builtin_add_overflow(total, structure_of_array, &total))
      return std::numeric_limits<std::uint64_t>::max();
  return total;
}

/// Some file systems do not say what is free. Then it is found out when they are full.
void require_free_space(const fs::path& folder, std::uint64_t needed) {
  const std::optional<std::uint64_t> available = free_space(folder);
  if (available && needed > *available)
    throw failure(fmt::format("the file takes {} bytes, but only {} are free in {}", needed, *available,
                              folder.string()));
}

/// The source of each new row, if it has one. Where several files have the same run, the source is the one
/// with the most epochs. Appends rows for runs that are not in the sweep.
std::vector<std::optional<Source>> sources(std::span<const ResultsData> earlier, bool prune, Rows& rows) {
  std::unordered_map<std::string, std::size_t> row_of;
  for (std::size_t r = 0; r < rows.size(); ++r) row_of.emplace(rows[r].digest, r);
  std::vector<std::optional<Source>> result(rows.size());
  const auto progress = [&](const Source& source) {
    const StoredRun& run = earlier[source.file].runs[source.row];
    return std::pair(run.status == RunStatus::diverged, run.epochs_done);
  };
  for (std::size_t f = 0; f < earlier.size(); ++f)
    for (std::size_t r = 0; r < earlier[f].runs.size(); ++r) {
      const Run& run = earlier[f].runs[r].run;
      auto found = row_of.find(run.digest);
      if (found == row_of.end()) {
        if (prune) continue;
        found = row_of.emplace(run.digest, rows.size()).first;
        rows.push_back(run);
        rows.back().index = -1;
        result.emplace_back();
      }
      std::optional<Source>& best = result[found->second];
      if (const Source source{f, r}; !best || progress(source) > progress(*best)) best = source;
    }
  return result;
}

/// Those that are asked for and those of all earlier files.
RecordedEpochs epochs_to_have(const Sweep& sweep, std::span<const ResultsData> earlier, const Creation& how) {
  RecordedEpochs epochs = how.epochs ? *how.epochs : sweep.config.recorded_epochs();
  for (const ResultsData& results : earlier) epochs = epochs.united_with(results.recorded);
  return epochs;
}

/// The same bytes may come as bytes now, and have come as numbers once: then their scale is kept.
DatasetFacts with_scale(DatasetFacts data, std::span<const ResultsData> earlier) {
  for (const ResultsData& from : earlier)
    if (data.scale.empty()) data.scale = from.origin.data.scale;
  return data;
}

Contents contents_of(const Sweep& sweep, const DatasetFacts& data, std::span<const ResultsData> earlier,
                     const Creation& how) {
  Contents contents{sweep.runs, {}, epochs_to_have(sweep, earlier, how), {}};
  contents.source = sources(earlier, how.prune, contents.rows);
  contents.parts = parts_of(sweep, contents.rows, data, earlier);
  return contents;
}

/// How a run stands in a new file with the epochs `now` that stood so in an earlier one with `then`. All of
/// `then` are in `now`: up to the first that is new, both have the same epochs in the same places.
RunProgress progress_of(const StoredRun& run, const RecordedEpochs& then, const RecordedEpochs& now) {
  int last = -1;
  while (last < run.epochs_done && now.next_after(last) == then.next_after(last)) last = now.next_after(last);
  // Where it diverged is known only if it was looked for at the same epoch.
  const bool diverged = run.status == RunStatus::diverged && last == run.epochs_done &&
                        now.next_after(last) == then.next_after(last);
  const bool done = run.status == RunStatus::done && last == now.last();
  // Whether a rule still stops it there is looked at when the file is gone on with.
  const bool stopped = run.status == RunStatus::stopped && last == run.epochs_done && last < now.last();
  const bool ended = diverged || done || stopped;
  return {last, has_ended(run.status) && !ended ? RunStatus::running : run.status, run.wall_time,
          run.weights_epoch, run.predictions_epoch <= last ? run.predictions_epoch : -1};
}

/// What is recorded of a run that stands so in a file with the epochs `recorded`; where it diverged, also
/// that one epoch without numbers.
std::vector<Metrics> epochs_of(const StoredRun& run, const RunProgress& progress,
                               const RecordedEpochs& recorded) {
  const std::size_t count =
      recorded.count_to(progress.epochs_done) + (progress.status == RunStatus::diverged ? 1 : 0);
  std::vector<Metrics> epochs;
  for (std::size_t e = 0; e < count; ++e) epochs.push_back(run.metrics(e));
  return epochs;
}

/// What earlier files hold, for the rows of a new one.
class Earlier {
 public:
  Earlier(std::span<const ResultsData> files, std::span<const std::optional<Source>> sources,
          const RecordedEpochs& epochs)
      : files_(files), sources_(sources), epochs_(epochs) {}

  /// Writes it into the new file.
  void write(const fs::path& path, const Stop& stop) const {
    ArrayWriter writer(path, StoredFile(path));
    for_each_row(stop,
                 [&](std::size_t row, const StoredRun& run, const RunProgress& progress, const Kept& kept) {
                   if (const auto epochs = epochs_of(run, progress, epochs_); !epochs.empty())
                     writer.write_epochs(row, 0, epochs);
                   if (const auto initial = kept.initial()) writer.write_initial_weights(row, *initial);
                   if (const auto last = kept.last()) writer.write_state(row, progress.weights_epoch, *last);
                   if (progress.predictions_epoch >= 0)
                     writer.write_predictions(row, progress.predictions_epoch, kept.predictions());
                   writer.write_progress(row, progress);
                   writer.write_status(row, progress.status);
                 });
  }

  /// Makes sure that the new file holds it, before it takes the place of what it comes from.
  void compare(const fs::path& path, const Columns& columns, const Stop& stop) const {
    const StoredFile made(path);
    for (const auto& [name, bytes] : columns)
      if (made.bytes(name) != bytes) throw failure(fmt::format("its {} reads back differently", name));
    const std::vector<RunProgress> progress = stored_progress(made);
    std::vector<bool> from_earlier(progress.size());
    for_each_row(stop,
                 [&](std::size_t row, const StoredRun& run, const RunProgress& expected, const Kept& kept) {
                   from_earlier[row] = true;
                   bool same = progress[row] == expected;
                   const std::vector<Metrics> epochs = epochs_of(run, expected, epochs_);
                   for (const MetricInfo& metric : metric_table) {
                     if (!made.parts().has(metric)) continue;
                     const std::vector<float> stored =
                         made.read_part<float>(metric.name, row * made.extent(layout::epoch), epochs.size());
                     for (std::size_t e = 0; e < epochs.size(); ++e)
                       same &= same_bits(stored[e], canonical(epochs[e][metric.metric]));
                   }
                   if (const auto initial = kept.initial())
                     same &= !different_weight(made, row, TensorSet::initial, *initial);
                   if (const auto last = kept.last()) same &= !different_weight(made, row, *last);
                   if (expected.predictions_epoch >= 0)
                     same &= read_predictions(made, row) == kept.predictions();
                   if (!same)
                     throw failure(fmt::format("what it takes over of run {} reads back differently", row));
                 });
    for (std::size_t row = 0; row < progress.size(); ++row)
      if (!from_earlier[row] && progress[row] != RunProgress{})
        throw failure(fmt::format("its run {} reads back differently", row));
    if (const auto damaged = damaged_by_checksums(made, progress); !damaged.empty())
      throw failure(fmt::format("the checksums of its run {} read back differently", damaged.front().row));
  }

 private:
  using TensorSet = layout::TensorSet;

  /// What the file of a run holds for its parameters.
  struct Kept {
    const StoredFile& file;
    std::size_t row;
    const StoredRun& run;

    /// If the run has begun, and its file has weights.
    std::optional<Weights> initial() const {
      if (!file.has_weights() || run.status == RunStatus::pending) return std::nullopt;
      return read_weights(file, row, TensorSet::initial, static_cast<std::size_t>(run.run.spec.hidden_size));
    }
    /// If the run has a last epoch that it can be gone on from.
    std::optional<TrainingState> last() const {
      if (!file.has_weights() || run.weights_epoch < 0) return std::nullopt;
      return read_state(file, row, run.run.spec);
    }
    std::vector<std::uint8_t> predictions() const { return read_predictions(file, row); }
  };

  /// `progress`: how the run stands in the new file.
  using Visit = std::function<void(std::size_t row, const StoredRun& run, const RunProgress& progress,
                                   const Kept& kept)>;

  void for_each_row(const Stop& stop, const Visit& visit) const {
    for (std::size_t f = 0; f < files_.size(); ++f) {
      const StoredFile from(files_[f].file);
      require_unchanged(from, files_[f]);
      for (std::size_t row = 0; row < sources_.size(); ++row) {
        if (!sources_[row] || sources_[row]->file != f) continue;
        stop.throw_if_requested();
        const StoredRun& run = files_[f].runs[sources_[row]->row];
        visit(row, run, progress_of(run, files_[f].recorded, epochs_), {from, sources_[row]->row, run});
      }
      require_unchanged(from, files_[f]);
    }
  }

  /// No other writer has been at a file since it was read: its rows are the same, and the weights and
  /// predictions in them, of which a writer takes the marks away before it writes others.
  static void require_unchanged(const StoredFile& now, const ResultsData& then) {
    const std::vector<std::string> digests = now.digests();
    const std::vector<RunProgress> progress = stored_progress(now);
    bool same = digests.size() == then.runs.size();
    for (std::size_t r = 0; same && r < digests.size(); ++r)
      same = digests[r] == then.runs[r].run.digest &&
             progress[r].weights_epoch == then.runs[r].weights_epoch &&
             progress[r].predictions_epoch == then.runs[r].predictions_epoch;
    if (!same) throw failure(fmt::format("{} has been written to meanwhile", then.file.string()));
  }

  const std::span<const ResultsData> files_;
  const std::span<const std::optional<Source>> sources_;
  const RecordedEpochs& epochs_;
};

}  // namespace

Columns columns_of_runs(std::span<const Run> rows) {
  Columns columns;
  std::vector<std::int32_t> indices;
  for (const Run& r : rows) {
    indices.push_back(r.index);
    columns["digest"] += r.digest;
  }
  columns["run"] = bytes_of(indices);
  for_each_axis([&]<class Value, class Rule>(const Axis<Value, Rule>& axis) {
    std::vector<layout::AsStored<Value>> column;
    column.reserve(rows.size());
    for (const Run& r : rows) column.push_back(static_cast<layout::AsStored<Value>>(r.spec.*axis.value));
    columns[std::string(axis.name)] = bytes_of(column);
  });
  return columns;
}

NewFile file_to_make(const Sweep& sweep, const DatasetFacts& given, std::span<const ResultsData> earlier,
                     const Creation& how) {
  const DatasetFacts data = with_scale(given, earlier);
  const Contents contents = contents_of(sweep, data, earlier, how);
  NewFile made{contents.epochs, contents.parts, {}, {}, bytes_of_file(sweep, contents, data)};
  for (const std::optional<Source>& from : contents.source) {
    const StoredRun* const run = from ? &earlier[from->file].runs[from->row] : nullptr;
    made.taken_over.push_back(run);
    made.progress.push_back(run == nullptr ? RunProgress{}
                                           : progress_of(*run, earlier[from->file].recorded, made.epochs));
  }
  return made;
}

void create_results(const fs::path& file, const Sweep& sweep, const DatasetFacts& given,
                    const Provenance& provenance, std::span<const ResultsData> earlier,
                    const Creation& how) try {
  const DatasetFacts data = with_scale(given, earlier);
  const Contents contents = contents_of(sweep, data, earlier, how);
  const std::uint64_t bytes = bytes_of_file(sweep, contents, data);
  constexpr std::uint64_t reserve = std::uint64_t{1} << 20;
  // What has no room on the disk may have none in memory.
  require_free_space(file.parent_path(), bytes + std::min(reserve, ~bytes));
  const Columns columns = columns_of(contents, data, earlier);
  const Earlier before(earlier, contents.source, contents.epochs);
  if (how.note)
    for (const ResultsData& from : earlier)
      for (const std::string& addition : additions(StoredFile(from.file)))
        how.note(fmt::format("{} in {} was added by another program, and is not taken over", addition,
                             from.file.string()));
  replace_file(
      file,
      [&](const fs::path& temporary) {
        write_file(temporary, sweep, contents, columns, data, provenance, how.stop);
        before.write(temporary, how.stop);
        before.compare(temporary, columns, how.stop);
      },
      how.note);
} catch (const Error& error) {
  throw Error(error.kind(), fmt::format("cannot make the results file {}: {}", file.string(), error.what()));
}

}  // namespace runner
