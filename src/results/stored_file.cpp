#include "stored_file.hpp"

#include "hdf5_types.hpp"
#include "seal.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

hdf5::File open_file(const fs::path& path) {
  require_sealed(path);
  const hdf5::PropertyList access = hdf5::file_access();
  return hdf5::File(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access),
                    fmt::format("open the results file {}", path.string()));
}

std::vector<hsize_t> shape(hid_t dataset, const std::string& doing) {
  const hdf5::Dataspace space(H5Dget_space(dataset), doing);
  std::vector<hsize_t> lengths(
      static_cast<std::size_t>(hdf5::check(H5Sget_simple_extent_ndims(space), doing)));
  hdf5::check(H5Sget_simple_extent_dims(space, lengths.data(), nullptr), doing);
  return lengths;
}

std::vector<hsize_t> expected_shape(const layout::Variable& variable, const layout::Extents& extents) {
  std::vector<hsize_t> lengths;
  for (const layout::Dimension d : variable.dimensions) lengths.push_back(extents[d]);
  return lengths;
}

}  // namespace

StoredFile::StoredFile(const fs::path& path) : path_(path), file_(open_file(path)) {
  parts_.weights = H5Lexists(file_, "weights", H5P_DEFAULT) > 0;
  parts_.validation = H5Lexists(file_, "validation_loss", H5P_DEFAULT) > 0;
  variables_ = layout::variables(parts_);
  for (const layout::Dimension d : {layout::run, layout::epoch, layout::digits, layout::seal})
    extents_[d] = length_of_scale(d);
  if (has_weights())
    for (const layout::Dimension d : {layout::input, layout::hidden, layout::classes})
      extents_[d] = length_of_scale(d);
  if (extents_[layout::epoch] < 1 || extents_[layout::epoch] > std::uint64_t{max_epochs} + 1)
    throw damaged(fmt::format("its epochs are {} in number", extents_[layout::epoch]));
  if (extents_[layout::digits] != layout::digest_length) throw damaged("a digest is not of 32 digits");
}

StoredFile::Scalar StoredFile::open_attribute(const std::string& name) const {
  const hid_t id = H5Aopen(file_, name.c_str(), H5P_DEFAULT);
  if (id < 0) throw damaged("the attribute " + name + " is missing");
  std::string doing = fmt::format("read the attribute {} of {}", name, path_.string());
  hdf5::Attribute attribute(id, doing);
  hdf5::Datatype type(H5Aget_type(attribute), doing);
  const hdf5::Dataspace space(H5Aget_space(attribute), doing);
  const bool single = H5Sget_simple_extent_npoints(space) == 1;
  return {std::move(attribute), std::move(type), single, std::move(doing)};
}

std::string StoredFile::text(const std::string& name) const {
  const Scalar scalar = open_attribute(name);
  if (H5Tis_variable_str(scalar.type) <= 0 || !scalar.single)
    throw damaged("the attribute " + name + " is not a text");
  char* characters = nullptr;
  hdf5::check(H5Aread(scalar.attribute, scalar.type, &characters), scalar.doing);
  const std::string result = characters == nullptr ? "" : characters;
  H5free_memory(characters);
  return result;
}

std::int64_t StoredFile::integer(const std::string& name) const {
  const Scalar scalar = open_attribute(name);
  if (H5Tget_class(scalar.type) != H5T_INTEGER || !scalar.single)
    throw damaged("the attribute " + name + " is not an integer");
  std::int64_t value = 0;
  hdf5::check(H5Aread(scalar.attribute, H5T_NATIVE_INT64, &value), scalar.doing);
  return value;
}

std::vector<std::int64_t> StoredFile::integers(const std::string& name) const {
  const std::string doing = fmt::format("read the attribute {} of {}", name, path_.string());
  const htri_t there = H5Aexists(file_, name.c_str());
  hdf5::check(there, doing);
  if (there == 0) return {};
  const Scalar list = open_attribute(name);
  const hdf5::Dataspace space(H5Aget_space(list.attribute), doing);
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if (H5Tget_class(list.type) != H5T_INTEGER || count < 1)
    throw damaged("the attribute " + name + " is not a list of integers");
  std::vector<std::int64_t> values(static_cast<std::size_t>(count));
  hdf5::check(H5Aread(list.attribute, H5T_NATIVE_INT64, values.data()), doing);
  if (std::any_of(values.begin(), values.end(), [](std::int64_t value) { return value < 0; }))
    throw damaged("the attribute " + name + " holds a number below 0");
  return values;
}

std::vector<std::string> StoredFile::digests() const {
  const std::vector<char> all = read<char>("digest");
  std::vector<std::string> result;
  for (std::size_t i = 0; i < all.size(); i += layout::digest_length)
    result.emplace_back(all.data() + i, layout::digest_length);
  return result;
}

std::vector<std::int32_t> StoredFile::epochs(const std::string& name) const {
  std::vector<std::int32_t> result = read<std::int32_t>(name);
  for (const std::int32_t epoch : result)
    if (epoch < -1 || epoch >= static_cast<std::int64_t>(extent(layout::epoch)))
      throw damaged(fmt::format("a run's {} is {}", name, epoch));
  return result;
}

const layout::Variable& StoredFile::find(const std::string& name) const {
  const auto found = std::find_if(variables_.begin(), variables_.end(),
                                  [&](const layout::Variable& variable) { return variable.name == name; });
  assert(found != variables_.end());
  return *found;
}

std::vector<std::int8_t> StoredFile::checked_flags(const std::string& name) const {
  std::vector<std::int8_t> numbers = read<std::int8_t>(name);
  const std::size_t count = find(name).flags.size();
  for (const std::int8_t number : numbers)
    if (number < 0 || static_cast<std::size_t>(number) >= count)
      throw damaged(fmt::format("{} stands for no {}", number, name));
  return numbers;
}

StoredFile::Array StoredFile::open_array(const std::string& name) const {
  const layout::Variable& variable = find(name);
  const std::string doing = fmt::format("read {} of {}", name, path_.string());
  const hid_t id = H5Dopen2(file_, name.c_str(), H5P_DEFAULT);
  if (id < 0) throw damaged("the array " + name + " is missing");
  hdf5::Dataset dataset(id, doing);
  const hdf5::Datatype type(H5Dget_type(dataset), doing);
  if (H5Tequal(type, hdf5::file_type(variable.type)) <= 0)
    throw damaged("the array " + name + " is of the wrong type");
  if (shape(dataset, doing) != expected_shape(variable, extents_))
    throw damaged("the array " + name + " is of the wrong shape");
  // Where it starts is only defined for a contiguous array with room on file.
  const std::uint64_t offset = H5Dget_offset(dataset);
  const std::uint64_t bytes = layout::byte_count(variable, extents_);
  hsize_t size = 0;
  hdf5::check(H5Fget_filesize(file_, &size), doing);
  if (offset == HADDR_UNDEF || offset > size || bytes > size - offset)
    throw damaged("the array " + name + " is not whole");
  return {std::move(dataset), variable.type, bytes / layout::size_of(variable.type), offset};
}

void StoredFile::read_into(const Array& array, const std::string& name, void* values) const {
  hdf5::check(H5Dread(array.dataset, hdf5::memory_type(array.type), H5S_ALL, H5S_ALL, H5P_DEFAULT, values),
              fmt::format("read {} of {}", name, path_.string()));
}

std::vector<float> StoredFile::read_row(const std::string& name, std::uint64_t row) const {
  const Array array = open_array(name);
  assert(array.type == layout::Type::float32);
  const std::string doing = fmt::format("read {} of {}", name, path_.string());
  const std::vector<hsize_t> whole = shape(array.dataset, doing);
  std::vector<hsize_t> start(whole.size(), 0), count = whole;
  start[0] = row;
  count[0] = 1;
  const hdf5::Dataspace in_file(H5Dget_space(array.dataset), doing);
  hdf5::check(H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
              doing);
  std::vector<float> values(array.count / whole[0]);
  const hsize_t size = values.size();
  const hdf5::Dataspace in_memory(H5Screate_simple(1, &size, nullptr), doing);
  hdf5::check(H5Dread(array.dataset, H5T_NATIVE_FLOAT, in_memory, in_file, H5P_DEFAULT, values.data()),
              doing);
  return values;
}

std::uint64_t StoredFile::length_of_scale(layout::Dimension dimension) const {
  const std::string name(layout::scale_name(dimension));
  const hid_t id = H5Dopen2(file_, name.c_str(), H5P_DEFAULT);
  if (id < 0) throw damaged("the dimension " + name + " is missing");
  const std::string doing = fmt::format("read {} of {}", name, path_.string());
  const std::vector<hsize_t> lengths = shape(hdf5::Dataset(id, doing), doing);
  if (lengths.size() != 1) throw damaged("the dimension " + name + " has no single length");
  return lengths[0];
}

Error StoredFile::damaged(const std::string& what) const {
  return bad_input(fmt::format("the results file {} is damaged: {}", path_.string(), what));
}

}  // namespace runner
