#pragma once

#include "hdf5_handle.hpp"
#include "layout.hpp"

#include <cassert>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace runner {

/// A results file opened for reading. Takes the process's turn with HDF5 for as long as it lives, so it
/// should not live long.
///
/// Every array is compared with the layout before it is touched. Throws Error: bad_input for a file that is
/// not sealed, or not of this layout inside; failure when reading fails.
class StoredFile {
 public:
  explicit StoredFile(const std::filesystem::path& path);

  bool has_weights() const { return parts_.weights; }
  bool has_validation() const { return parts_.validation; }
  std::size_t metric_count() const { return parts_.metric_count(); }
  std::uint64_t extent(layout::Dimension dimension) const { return extents_[dimension]; }

  std::string text(const std::string& attribute) const;
  std::int64_t integer(const std::string& attribute) const;
  /// A list of integers, none negative; empty where there is no such attribute, as in files of earlier
  /// versions.
  std::vector<std::int64_t> integers(const std::string& attribute) const;

  /// A whole array.
  template <class T>
  std::vector<T> read(const std::string& name) const {
    const Array array = open_array(name);
    assert(array.type == layout::type_of<T>());
    std::vector<T> values(array.count);
    read_into(array, name, values.data());
    return values;
  }

  /// One row of an array of float32.
  std::vector<float> read_row(const std::string& name, std::uint64_t row) const;

  /// A whole array of flags, as the enumerators its numbers stand for.
  template <class Enum>
  std::vector<Enum> read_flags(const std::string& name) const {
    std::vector<Enum> result;
    for (const std::int8_t number : checked_flags(name)) result.push_back(static_cast<Enum>(number));
    return result;
  }

  /// The column `digest`, a text for each run.
  std::vector<std::string> digests() const;

  /// The columns `epochs_done` and `weights_epoch`, −1 … the last epoch.
  std::vector<std::int32_t> epochs_done() const { return epochs("epochs_done"); }
  std::vector<std::int32_t> weights_epochs() const { return epochs("weights_epoch"); }

  /// Where an array's first byte lies in the file; all of its bytes are there.
  std::uint64_t offset(const std::string& name) const { return open_array(name).offset; }

 private:
  struct Array {
    hdf5::Dataset dataset;
    layout::Type type;
    std::uint64_t count;
    std::uint64_t offset;
  };

  struct Scalar {
    hdf5::Attribute attribute;
    hdf5::Datatype type;
    bool single;        ///< it holds one value
    std::string doing;  ///< for errors
  };

  std::vector<std::int32_t> epochs(const std::string& name) const;
  Scalar open_attribute(const std::string& name) const;
  const layout::Variable& find(const std::string& name) const;
  Array open_array(const std::string& name) const;
  std::vector<std::int8_t> checked_flags(const std::string& name) const;
  void read_into(const Array& array, const std::string& name, void* values) const;
  std::uint64_t length_of_scale(layout::Dimension dimension) const;
  Error damaged(const std::string& what) const;

  hdf5::Session session_;  // first in, last out: the handles below need it to close
  std::filesystem::path path_;
  hdf5::File file_;
  layout::Parts parts_{};
  std::vector<layout::Variable> variables_;
  layout::Extents extents_{};
};

}  // namespace runner
