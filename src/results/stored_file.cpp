#include "stored_file.hpp"

#include "runner/data/sha256.hpp"
#include "runner/model/layout_version.hpp"

#include "hdf5_handle.hpp"
#include "hdf5_types.hpp"
#include "seal.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cerrno>
#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little, "arrays are read as they lie in the file");

std::vector<hsize_t> expected_shape(const layout::Variable& variable, const layout::Extents& extents) {
  std::vector<hsize_t> lengths;
  for (const layout::Dimension d : variable.dimensions) lengths.push_back(extents[d]);
  return lengths;
}

}  // namespace

std::string checksum_of(const PixelScale& scale) {
  Sha256 sum;
  for (const std::vector<double>* numbers : {&scale.offsets, &scale.steps})
    sum.add({reinterpret_cast<const std::uint8_t*>(numbers->data()), numbers->size() * sizeof(double)});
  return sum.hex();
}

/// What HDF5 tells of a file. Takes the process's turn with HDF5 for as long as it lives.
///
/// Each call of HDF5 goes through ask(), which tells a failure of the system from a file that is not as it
/// should be. A thing is asked for before it is opened.
class StoredFile::Structure {
 public:
  explicit Structure(const StoredFile& stored)
      : stored_(stored),
        access_(hdf5::file_access()),
        file_(ask(H5Fopen(stored.path().c_str(), H5F_ACC_RDONLY, access_), "HDF5 cannot open it"), "") {}

  /// That what HDF5 has opened is the file that was found to be sealed: the name may have been given to
  /// another meanwhile.
  bool is_of(const FileIdentity& identity) const {
    void* number = nullptr;
    ask(H5Fget_vfd_handle(file_, access_, &number), "HDF5 has no file");
    struct stat theirs;
    if (fstat(*static_cast<int*>(number), &theirs) != 0)
      throw system_failure("cannot read " + stored_.path().string(), errno);
    return FileIdentity{theirs.st_dev, theirs.st_ino} == identity;
  }

  /// Whether a path leads to something.
  bool has(const std::string& name) const {
    for (std::size_t end = name.find('/');; end = name.find('/', end + 1)) {
      if (ask(H5Lexists(file_, name.substr(0, end).c_str(), H5P_DEFAULT), name) == 0) return false;
      if (end == std::string::npos) return true;
    }
  }

  std::uint64_t length_of_scale(layout::Dimension dimension) const {
    const std::string name(layout::scale_name(dimension));
    if (!has(name)) throw stored_.damaged("the dimension " + name + " is missing");
    const std::string what = "the dimension " + name + " has no single length";
    const std::vector<hsize_t> lengths = shape(open(name, what), what);
    if (lengths.size() != 1) throw stored_.damaged(what);
    return lengths[0];
  }

  Array array(const layout::Variable& variable) const {
    const std::string& name = variable.name;
    if (!has(name)) throw stored_.damaged("the array " + name + " is missing");
    const std::string unreadable = "the array " + name + " cannot be opened";
    const hdf5::Dataset dataset = open(name, unreadable);
    const hdf5::Datatype type(ask(H5Dget_type(dataset), unreadable), "");
    if (ask(H5Tequal(type, hdf5::file_type(variable.type)), unreadable) == 0)
      throw stored_.damaged("the array " + name + " is of the wrong type");
    if (shape(dataset, unreadable) != expected_shape(variable, stored_.extents_))
      throw stored_.damaged("the array " + name + " is of the wrong shape");
    // Where it starts is only defined for a contiguous array with room on file.
    const std::uint64_t offset = H5Dget_offset(dataset);
    const std::uint64_t bytes = layout::byte_count(variable, stored_.extents_);
    if (offset == HADDR_UNDEF || offset > stored_.size_ || bytes > stored_.size_ - offset)
      throw stored_.damaged("the array " + name + " is not whole");
    return {variable, bytes / layout::size_of(variable.type), offset};
  }

  std::map<std::string, Value> attributes() const {
    std::vector<std::string> names;
    ask(hdf5::list_attributes(file_, names), "its attributes cannot be listed");
    std::map<std::string, Value> values;
    for (const std::string& name : names) values[name] = value(name);
    return values;
  }

 private:
  template <class Result>
  Result ask(Result result, const std::string& otherwise) const {
    if (result >= 0) return result;
    const hdf5::Cause cause = hdf5::last_cause();
    if (cause.system) throw failure(fmt::format("cannot read {}: {}", stored_.path().string(), cause.text));
    throw stored_.damaged(fmt::format("{} ({})", otherwise, cause.text));
  }

  hdf5::Dataset open(const std::string& name, const std::string& otherwise) const {
    return {ask(H5Dopen2(file_, name.c_str(), H5P_DEFAULT), otherwise), ""};
  }

  std::vector<hsize_t> shape(const hdf5::Dataset& dataset, const std::string& otherwise) const {
    const hdf5::Dataspace space(ask(H5Dget_space(dataset), otherwise), "");
    std::vector<hsize_t> lengths(static_cast<std::size_t>(ask(H5Sget_simple_extent_ndims(space), otherwise)));
    ask(H5Sget_simple_extent_dims(space, lengths.data(), nullptr), otherwise);
    return lengths;
  }

  Value value(const std::string& name) const {
    const std::string unreadable = "the attribute " + name + " cannot be read";
    const hdf5::Attribute attribute(ask(H5Aopen(file_, name.c_str(), H5P_DEFAULT), unreadable), "");
    const hdf5::Datatype type(ask(H5Aget_type(attribute), unreadable), "");
    const hdf5::Dataspace space(ask(H5Aget_space(attribute), unreadable), "");
    const auto count = static_cast<std::uint64_t>(ask(H5Sget_simple_extent_npoints(space), unreadable));
    if (ask(H5Tis_variable_str(type), unreadable) > 0 && count == 1) {
      char* characters = nullptr;
      ask(H5Aread(attribute, type, &characters), unreadable);
      std::string text = characters == nullptr ? "" : characters;
      H5free_memory(characters);
      return text;
    }
    if (H5Tget_class(type) != H5T_INTEGER || count < 1 || count > stored_.size_) return {};
    std::vector<std::int64_t> numbers(count);
    ask(H5Aread(attribute, H5T_NATIVE_INT64, numbers.data()), unreadable);
    return numbers;
  }

  const StoredFile& stored_;
  const hdf5::Session session_;  // first in, last out: the handles below need it to close
  const hdf5::PropertyList access_;
  const hdf5::File file_;
};

StoredFile::StoredFile(const fs::path& path) : StoredFile(open_sealed(path)) {}

StoredFile::StoredFile(Descriptor file) : file_(std::move(file)), size_(file_.size()) {
  const Structure structure(*this);
  if (!structure.is_of(file_.identity()))
    throw failure(fmt::format("cannot read {}: it was replaced meanwhile", this->path().string()));
  attributes_ = structure.attributes();
  const std::int64_t layout = integer("layout_version");
  if (layout < oldest_readable_layout || layout > results_layout_version)
    throw damaged(fmt::format("its layout_version is {}", layout));
  parts_.layout = static_cast<int>(layout);
  parts_.weights = structure.has("weights");
  parts_.validation = structure.has("validation_loss");
  parts_.label_noise = structure.has(std::string(info(Metric::clean_train_accuracy).name));
  while (parts_.weights && parts_.moments < max_moments &&
         structure.has(layout::name_of(tensor_table[0], layout::moment_set(parts_.moments))))
    ++parts_.moments;
  parts_.predictions = structure.has("predictions");
  for (const layout::Dimension d : {layout::run, layout::epoch, layout::digits, layout::seal})
    extents_[d] = structure.length_of_scale(d);
  if (has_weights())
    for (const layout::Dimension d : {layout::input, layout::hidden, layout::classes})
      extents_[d] = structure.length_of_scale(d);
  if (parts_.predictions) extents_[layout::test_image] = structure.length_of_scale(layout::test_image);
  parts_.scale = parts_.layout >= pixel_scale_since && structure.has("pixel_scale");
  if (parts_.scale) extents_[layout::scale] = structure.length_of_scale(layout::scale);
  if (parts_.has_sessions()) extents_[layout::session] = structure.length_of_scale(layout::session);
  if (extents_[layout::epoch] < 1 || extents_[layout::epoch] > std::uint64_t{max_epochs} + 1)
    throw damaged(fmt::format("it has {} epochs", extents_[layout::epoch]));
  if (extents_[layout::digits] != layout::digest_length) throw damaged("a digest is not of 32 digits");
  if (parts_.has_sessions() && extents_[layout::session] != layout::session_count)
    throw damaged(fmt::format("it has {} sessions", extents_[layout::session]));
  for (const layout::Variable& variable : layout::variables(parts_))
    arrays_.emplace(variable.name, structure.array(variable));
  recorded_ = read_recorded();
}

/// Without gaps the array is not needed, and may be long; what it says is compared where numbers are read.
RecordedEpochs StoredFile::read_recorded() const {
  if (parts_.layout < epochs_with_gaps_since || !attributes_.contains(layout::epoch_checksum))
    return RecordedEpochs(static_cast<int>(extents_[layout::epoch]) - 1);
  const auto epochs = read<std::int32_t>("epoch");
  if (epochs.front() != 0) throw damaged(fmt::format("its first epoch is {}, not 0", epochs.front()));
  for (std::size_t i = 1; i < epochs.size(); ++i)
    if (epochs[i] <= epochs[i - 1])
      throw damaged(fmt::format("its epoch {} is followed by epoch {}", epochs[i - 1], epochs[i]));
  if (epochs.back() > max_epochs) throw damaged(fmt::format("its last epoch is {}", epochs.back()));
  if (sha256_hex(bytes("epoch")) != text(layout::epoch_checksum))
    throw damaged("its epochs are not those it was made with");
  return RecordedEpochs(std::vector<int>(epochs.begin(), epochs.end()));
}

PixelScale StoredFile::scale() const {
  if (!parts_.scale) return {};
  PixelScale scale{read<double>(layout::scale_offset), read<double>(layout::scale_step)};
  if (scale.empty()) throw damaged("its pixel_scale is empty");
  for (std::size_t p = 0; p < scale.offsets.size(); ++p)
    if (!std::isfinite(scale.offsets[p]) || !std::isfinite(scale.steps[p]) || scale.steps[p] < 0)
      throw damaged(
          fmt::format("the scale of pixel {} is {} + {} * byte", p, scale.offsets[p], scale.steps[p]));
  if (checksum_of(scale) != text(layout::scale_checksum))
    throw damaged("its pixel_scale is not what it was made with");
  return scale;
}

const StoredFile::Value& StoredFile::attribute(const std::string& name) const {
  const auto found = attributes_.find(name);
  if (found == attributes_.end()) throw damaged("the attribute " + name + " is missing");
  return found->second;
}

const std::string& StoredFile::text(const std::string& name) const {
  if (const auto* text = std::get_if<std::string>(&attribute(name))) return *text;
  throw damaged("the attribute " + name + " is not a text");
}

std::int64_t StoredFile::integer(const std::string& name) const {
  const auto* numbers = std::get_if<std::vector<std::int64_t>>(&attribute(name));
  if (numbers == nullptr || numbers->size() != 1)
    throw damaged("the attribute " + name + " is not an integer");
  return numbers->front();
}

std::vector<std::int64_t> StoredFile::integers(const std::string& name) const {
  if (!attributes_.contains(name)) return {};
  const auto* numbers = std::get_if<std::vector<std::int64_t>>(&attribute(name));
  if (numbers == nullptr) throw damaged("the attribute " + name + " is not a list of integers");
  if (std::any_of(numbers->begin(), numbers->end(), [](std::int64_t number) { return number < 0; }))
    throw damaged("the attribute " + name + " holds a number below 0");
  return *numbers;
}

std::vector<std::string> StoredFile::digests() const {
  const std::vector<char> all = read<char>("digest");
  std::vector<std::string> result;
  for (std::size_t i = 0; i < all.size(); i += layout::digest_length)
    result.emplace_back(all.data() + i, layout::digest_length);
  return result;
}

std::string StoredFile::digest(std::uint64_t row) const {
  const auto digits = read_part<char>("digest", row * layout::digest_length, layout::digest_length);
  return {digits.begin(), digits.end()};
}

std::vector<std::int32_t> StoredFile::epochs(const std::string& name) const {
  std::vector<std::int32_t> result = read<std::int32_t>(name);
  for (const std::int32_t epoch : result)
    if (epoch != -1 && !recorded_.contains(epoch))
      throw damaged(fmt::format("a run's {} is {}", name, epoch));
  return result;
}

const StoredFile::Array& StoredFile::find(std::string_view name) const {
  const auto found = arrays_.find(name);
  assert(found != arrays_.end());
  return found->second;
}

std::vector<std::int8_t> StoredFile::checked_flags(const std::string& name) const {
  std::vector<std::int8_t> numbers = read<std::int8_t>(name);
  const std::size_t count = find(name).variable.flags.size();
  for (const std::int8_t number : numbers)
    if (number < 0 || static_cast<std::size_t>(number) >= count)
      throw damaged(fmt::format("{} is not a value of {}", number, name));
  return numbers;
}

std::string StoredFile::bytes(const std::string& name) const {
  const Array& array = find(name);
  return file_.read_at(array.offset, array.count * layout::size_of(array.variable.type));
}

std::vector<float> StoredFile::read_row(std::string_view name, std::uint64_t row) const {
  const std::uint64_t length = find(name).count / extent(layout::run);
  return read_part<float>(name, row * length, length);
}

Error StoredFile::damaged(const std::string& what) const {
  return bad_input(fmt::format("the results file {} is damaged: {}", path().string(), what));
}

}  // namespace runner
