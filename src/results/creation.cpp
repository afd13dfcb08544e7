#include "creation.hpp"

#include "runner/compute/arithmetic.hpp"

#include "array_writer.hpp"
#include "descriptor.hpp"
#include "hdf5_handle.hpp"
#include "hdf5_types.hpp"
#include "layout.hpp"
#include "machine.hpp"
#include "replacement.hpp"
#include "seal.hpp"
#include "stored_file.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <hdf5_hl.h>
#include <sys/statvfs.h>
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

void put_global_attributes(hid_t file, const Sweep& sweep, const Dataset& data,
                           const Provenance& provenance) {
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
  put(file, "train_size", static_cast<std::int64_t>(data.train.count));
  put(file, "validation_size", static_cast<std::int64_t>(data.validation.count));
  put(file, "test_size", static_cast<std::int64_t>(data.test.count));
  if (!data.train_class_counts.empty()) put(file, "train_class_counts", data.train_class_counts);
  for (std::size_t f = 0; f < data.files.size(); ++f) {
    put(file, fmt::format("{}_path", layout::data_files[f]).c_str(), data.files[f].path.string());
    put(file, fmt::format("{}_sha256", layout::data_files[f]).c_str(), data.files[f].sha256);
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
  hdf5::PropertyList list(H5Pcreate(H5P_DATASET_CREATE), doing);
  hdf5::check(H5Pset_layout(list, H5D_CONTIGUOUS), doing);
  hdf5::check(H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY), doing);
  hdf5::check(H5Pset_fill_time(list, H5D_FILL_TIME_ALLOC), doing);
  hdf5::check(H5Pset_obj_track_times(list, false), doing);
  const std::int32_t none = -1;
  if (type == layout::Type::float32)
    hdf5::check(H5Pset_fill_value(list, H5T_NATIVE_FLOAT, &layout::canonical_nan), doing);
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

/// Returns where it lies.
ByteRange make_array(hid_t file, const Variable& variable, const layout::Extents& extents) {
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
  if (std::find(layout::metrics.begin(), layout::metrics.end(), variable.name) != layout::metrics.end())
    put(dataset, "coordinates", fmt::format("{}", fmt::join(axis_names(), " ")));
  return {H5Dget_offset(dataset), layout::byte_count(variable, extents)};
}

template <class T>
void fill_array(hid_t file, const std::string& name, const std::vector<T>& values) {
  const std::string doing = fmt::format("write {}", name);
  const hdf5::Dataset dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), doing);
  hdf5::check(H5Dwrite(dataset, hdf5::memory_type(layout::type_of<T>()), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                       values.data()),
              doing);
}

layout::Parts parts_of(const Sweep& sweep, const Dataset& data) {
  return {sweep.config.save_weights, data.validation.count > 0};
}

/// The rows of a file: the sweep's runs in their order, then those that are in it no longer.
using Rows = std::vector<Run>;

void fill_runs(hid_t file, const Sweep& sweep, const Rows& rows) {
  std::vector<std::int32_t> indices;
  for (const Run& r : rows) indices.push_back(r.index);
  fill_array(file, "run", indices);
  for_each_axis([&]<class Value, class Rule>(const Axis<Value, Rule>& axis) {
    std::vector<layout::AsStored<Value>> column;
    column.reserve(rows.size());
    for (const Run& r : rows) column.push_back(static_cast<layout::AsStored<Value>>(r.spec.*axis.value));
    fill_array(file, std::string(axis.name), column);
  });
  std::vector<char> digests;
  digests.reserve(rows.size() * layout::digest_length);
  for (const Run& r : rows) digests.insert(digests.end(), r.digest.begin(), r.digest.end());
  fill_array(file, "digest", digests);
  std::vector<std::int32_t> epochs;
  for (std::int32_t e = 0; e <= sweep.config.epochs; ++e) epochs.push_back(e);
  fill_array(file, "epoch", epochs);
}

void write_file(const fs::path& path, const Sweep& sweep, const Rows& rows, const Dataset& data,
                const Provenance& provenance) {
  const hdf5::Session session;
  const hdf5::PropertyList root = in_order(H5P_FILE_CREATE);
  const hdf5::PropertyList access = hdf5::file_access();
  // No number lies across the border of two sectors or pages, so that none is ever half written.
  hdf5::check(H5Pset_alignment(access, 1, sizeof(std::int64_t)), "set the alignment of arrays");
  hdf5::File file(H5Fcreate(path.c_str(), H5F_ACC_EXCL, root, access), "create it");
  put_global_attributes(file, sweep, data, provenance);
  if (sweep.config.save_weights) make_group(file, "weights");
  make_group(file, "seal");
  const layout::Extents extents = layout::extents(rows, sweep.config.epochs, data);
  std::vector<ByteRange> arrays;
  for (const Variable& variable : layout::variables(parts_of(sweep, data)))
    arrays.push_back(make_array(file, variable, extents));
  fill_runs(file, sweep, rows);
  hdf5::check(H5Fflush(file, H5F_SCOPE_LOCAL), "write it");
  file.close("close it");
  seal_file(path, arrays, arrays.back());
}

std::uint64_t needed_bytes(const Sweep& sweep, const Rows& rows, const Dataset& data) {
  // Names, attributes and the file's own structure: far less than this, but for the config.
  std::uint64_t total = (std::uint64_t{1} << 20) + sweep.config.text.size() + sweep.config.effective.size();
  const layout::Extents extents = layout::extents(rows, sweep.config.epochs, data);
  for (const Variable& variable : layout::variables(parts_of(sweep, data)))
    if (__builtin_add_overflow(total, layout::byte_count(variable, extents), &total))
      return std::numeric_limits<std::uint64_t>::max();
  return total;
}

void require_free_space(const fs::path& folder, std::uint64_t needed) {
  struct statvfs system;
  if (statvfs(folder.c_str(), &system) != 0) throw system_failure("cannot tell the free space", errno);
  const std::uint64_t available = std::uint64_t{system.f_bavail} * system.f_frsize;
  if (needed > available)
    throw failure(
        fmt::format("the file takes {} bytes, {} are free in {}", needed, available, folder.string()));
}

/// A row of an earlier file.
struct Source {
  std::size_t file;
  std::size_t row;
};

/// For each of the new rows where it comes from, if from anywhere. Of the same run in several files the one
/// that has come furthest is taken. Appends rows for runs that are not in the sweep.
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

/// Writes what earlier files hold into the rows of a new one.
void take_over(std::span<const ResultsData> earlier, std::span<const std::optional<Source>> source,
               int epochs, const fs::path& path) {
  // One file at a time: an open one has HDF5 to itself.
  ArrayWriter writer = [&] {
    StoredFile made(path);
    return ArrayWriter(path, made);
  }();
  std::vector<Metrics> metrics;
  for (std::size_t f = 0; f < earlier.size(); ++f) {
    StoredFile from(earlier[f].file);
    for (std::size_t row = 0; row < source.size(); ++row) {
      if (!source[row] || source[row]->file != f) continue;
      const StoredRun& run = earlier[f].runs[source[row]->row];
      metrics.clear();
      for (std::size_t e = 0; e < static_cast<std::size_t>(run.epochs_done + 1); ++e)
        metrics.push_back(run.metrics(e));
      if (!metrics.empty()) writer.write_epochs(row, 0, metrics);
      if (from.has_weights() && run.status != RunStatus::pending)
        for (const bool initial : {true, false})
          writer.write_weights(row, initial,
                               read_weights(from, source[row]->row, initial,
                                            static_cast<std::size_t>(run.run.spec.hidden_size)));
      const bool goes_on = run.status == RunStatus::done && run.epochs_done < epochs;
      const RunStatus status = goes_on ? RunStatus::running : run.status;
      writer.write_progress(row, {run.epochs_done, status, run.wall_time, run.weights_epoch});
      writer.write_status(row, status);
    }
  }
}

}  // namespace

void create_results(const fs::path& file, const Sweep& sweep, const Dataset& data,
                    const Provenance& provenance, std::span<const ResultsData> earlier, bool prune) {
  Rows rows = sweep.runs;
  const std::vector<std::optional<Source>> source = sources(earlier, prune, rows);
  try {
    require_free_space(file.parent_path(), needed_bytes(sweep, rows, data));
    replace_file(file, [&](const fs::path& temporary) {
      write_file(temporary, sweep, rows, data, provenance);
      take_over(earlier, source, sweep.config.epochs, temporary);
    });
  } catch (const std::exception& error) {
    throw failure(fmt::format("cannot make the results file {}: {}", file.string(), error.what()));
  }
}

}  // namespace runner
