#pragma once

#include "runner/error/error.hpp"
#include "runner/files/descriptor.hpp"
#include "runner/model/recorded_epochs.hpp"

#include "layout.hpp"
#include "pixel_scale.hpp"

#include <cassert>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace runner {

/// A results file opened for reading. Its structure and its attributes are read at the start, through HDF5,
/// and compared with the layout; arrays are read from their places, without HDF5, when they are asked for.
///
/// Throws Error: bad_input for a file that is not sealed, or not of this layout inside; failure when reading
/// fails ("cannot read x.h5: Input/output error"). A failed read is never taken for a missing part.
/// Thread-safe once it is made.
class StoredFile {
 public:
  explicit StoredFile(const std::filesystem::path& path);

  /// From a file that was opened, whether or not its seal is right. HDF5 may crash on it.
  explicit StoredFile(Descriptor file);

  const std::filesystem::path& path() const { return file_.file(); }
  bool has_weights() const { return parts_.weights; }
  bool has_predictions() const { return parts_.predictions; }
  bool has_validation() const { return parts_.validation; }
  const layout::Parts& parts() const { return parts_; }  ///< they decide which arrays it has
  const layout::Extents& extents() const { return extents_; }
  std::uint64_t extent(layout::Dimension dimension) const { return extents_[dimension]; }
  /// The recorded epochs: as the array `epoch` says if they have gaps, otherwise 0, 1, 2, …
  const RecordedEpochs& recorded() const { return recorded_; }

  const std::string& text(const std::string& attribute) const;
  std::int64_t integer(const std::string& attribute) const;
  /// A list of integers, none negative; empty where there is no such attribute, as in files of earlier
  /// versions.
  std::vector<std::int64_t> integers(const std::string& attribute) const;

  /// How the numbers of the images became bytes; empty where they came as bytes.
  PixelScale scale() const;

  /// A whole array.
  template <class T>
  std::vector<T> read(std::string_view name) const {
    return read_part<T>(name, 0, find(name).count);
  }

  /// `count` values of an array, from its value number `first` on.
  template <class T>
  std::vector<T> read_part(std::string_view name, std::uint64_t first, std::uint64_t count) const {
    const Array& array = find(name);
    assert(array.variable.type == layout::type_of<T>() && first + count <= array.count);
    std::vector<T> values(count);
    file_.read_at(array.offset + first * sizeof(T), values.data(), values.size() * sizeof(T));
    return values;
  }

  /// A whole array as it lies in the file.
  std::string bytes(const std::string& name) const;

  /// One row of an array of float32.
  std::vector<float> read_row(std::string_view name, std::uint64_t row) const;

  /// A whole array of flags, as the enumerators its numbers stand for.
  template <class Enum>
  std::vector<Enum> read_flags(const std::string& name) const {
    std::vector<Enum> result;
    for (const std::int8_t number : checked_flags(name)) result.push_back(static_cast<Enum>(number));
    return result;
  }

  /// The column `digest`, a text for each run.
  std::vector<std::string> digests() const;
  std::string digest(std::uint64_t row) const;

  /// The columns `epochs_done`, `weights_epoch` and `predictions_epoch`: −1, or a recorded epoch.
  std::vector<std::int32_t> epochs_done() const { return epochs("epochs_done"); }
  std::vector<std::int32_t> weights_epochs() const { return epochs("weights_epoch"); }
  std::vector<std::int32_t> predictions_epochs() const { return epochs("predictions_epoch"); }

  bool has(std::string_view array) const { return arrays_.contains(array); }

  /// Where an array's first byte lies in the file; all of its bytes are there.
  std::uint64_t offset(std::string_view name) const { return find(name).offset; }

  /// bad_input "the results file … is damaged: `what`".
  Error damaged(const std::string& what) const;

  /// Identity of the file, and its length when it was opened.
  FileIdentity identity() const { return file_.identity(); }
  std::uint64_t size() const { return size_; }

 private:
  struct Array {
    layout::Variable variable;
    std::uint64_t count;
    std::uint64_t offset;
  };

  /// Of a root attribute; nothing where it is neither text nor integers.
  using Value = std::variant<std::monostate, std::string, std::vector<std::int64_t>>;

  class Structure;
  std::vector<std::int32_t> epochs(const std::string& name) const;
  RecordedEpochs read_recorded() const;
  const Value& attribute(const std::string& name) const;
  const Array& find(std::string_view name) const;
  std::vector<std::int8_t> checked_flags(const std::string& name) const;

  Descriptor file_;
  std::uint64_t size_;
  layout::Parts parts_{};
  layout::Extents extents_{};
  RecordedEpochs recorded_;
  std::map<std::string, Array, std::less<>> arrays_;
  std::map<std::string, Value> attributes_;
};

}  // namespace runner
