#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// What the numbers of an array are.
struct NumberType {
  enum class Kind { boolean, unsigned_integer, signed_integer, floating };

  Kind kind = Kind::unsigned_integer;
  std::size_t size = 1;     ///< bytes of a number: 1, 2, 4 or 8; of a boolean 1, of a floating one 2, 4 or 8
  bool big_endian = false;  ///< the order of its bytes

  /// As NumPy calls it, whatever the order of its bytes: "uint8", "float32".
  std::string name() const;

  bool is_byte() const { return kind == Kind::unsigned_integer && size == 1; }
  bool is_integer() const { return kind == Kind::unsigned_integer || kind == Kind::signed_integer; }

  friend bool operator==(const NumberType&, const NumberType&) = default;
};

/// The lengths of an array's dimensions; empty for a single number.
using Shape = std::vector<std::uint64_t>;

/// As NumPy writes it: "(60000, 28, 28)", "(5,)".
std::string text_of(const Shape& shape);

/// What an array is written as.
enum class ArrayFormat { idx, npy };

class ByteSource;

/// An array in a file: its header, then its numbers in order. Move-only, not shared between threads.
///
/// All formats of arrays are read through it. Each is a file in src/data: IDX (idx.cpp), .npy (npy.cpp), and
/// .npz, an archive of .npy files (npz.cpp).
///
/// All functions throw Error that names the file. bad_input: the numbers end early, or there are more of them
/// than the header says; gzip or deflate data are damaged. failure: the system cannot read.
class ArrayReader {
 public:
  /// `source` has been read up to the end of the header, which is `header` bytes long. `name`: what messages
  /// call the array, "x.npy" or "x.npz: x_train".
  ArrayReader(ArrayFormat format, std::string name, NumberType type, Shape shape, bool fortran_order,
              std::unique_ptr<ByteSource> source, std::uint64_t header);
  ~ArrayReader();
  ArrayReader(ArrayReader&&) noexcept;
  ArrayReader& operator=(ArrayReader&&) noexcept;

  ArrayFormat format() const { return format_; }
  const std::string& name() const { return name_; }
  const std::filesystem::path& file() const;
  const NumberType& type() const { return type_; }
  const Shape& shape() const { return shape_; }
  /// The first index, and not the last one, changes from one number to the next.
  bool fortran_order() const { return fortran_order_; }
  std::uint64_t bytes() const { return bytes_; }  ///< of all numbers

  /// Fills `out` with the bytes that come next, as they lie in the file.
  void read(std::span<std::uint8_t> out);

  /// Reads to the end, where no byte may be left; checksums are verified here.
  void finish();

  /// read() of all numbers, then finish(). Takes memory only for data that are there, not for what the header
  /// claims.
  std::vector<std::uint8_t> read_all();

  /// Throws (bad_input) if the file is too short for what its header says, or is a pipe or a device, whose
  /// length is not known. Afterwards it is safe to allocate bytes().
  void require_bytes();

  /// Goes back to the first number. bad_input: the file is a pipe or a device.
  void rewind();

 private:
  [[noreturn]] void refuse_short() const;

  ArrayFormat format_;
  std::string name_;
  NumberType type_;
  Shape shape_;
  bool fortran_order_;
  std::unique_ptr<ByteSource> source_;
  std::uint64_t header_;
  std::uint64_t bytes_;
  std::uint64_t read_ = 0;  ///< bytes of numbers
};

/// Opens an array and reads its header. The content of the file tells its format, not its name:
///
/// - IDX (http://yann.lecun.com/exdb/mnist), gzipped or not: bytes, integers and floating-point numbers, of
///   any number of dimensions.
/// - NumPy's .npy (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, versions 1 to 3),
///   gzipped or not: booleans, integers and floating-point numbers up to 8 bytes, in C or Fortran order.
///
/// Throws Error (bad_input) that names the file and what is wrong: it cannot be opened, is empty, is of
/// another format (for an .npz the keys to use are named), has a header that is cut short or wrong, or a size
/// of zero, or holds Python objects, records, texts or complex numbers. failure: the system cannot read.
ArrayReader open_array(const std::filesystem::path& file);

/// The names of the arrays in an .npz archive, without ".npy", in their order. Throws as open_npz_array.
std::vector<std::string> npz_names(const std::filesystem::path& file);

/// Opens an array of an .npz archive, compressed or not.
///
/// Throws Error (bad_input): the file is not a ZIP archive, or a damaged one; it has no array of this name
/// (its arrays are listed); the array is encrypted or compressed by another method. Else as open_array.
ArrayReader open_npz_array(const std::filesystem::path& file, std::string_view name);

}  // namespace runner
