#include "npy.hpp"

#include "runner/error/error.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

constexpr std::string_view npy_magic = "\x93NUMPY";
constexpr std::size_t npy_version_end = 8;           // the magic string and the version
constexpr std::size_t longest_npy_header = 1 << 16;  // NumPy itself takes no more than 10,000

/// What a header says.
struct NpyHeader {
  std::string descr;
  std::optional<bool> fortran_order;
  std::optional<std::vector<std::uint64_t>> shape;
};

/// Takes a header to pieces: a Python dictionary of a text, a boolean and a tuple of integers, such as
/// {'descr': '|u1', 'fortran_order': False, 'shape': (3, 28, 28), }. Each function takes what it reads off
/// the front; none where something else stands there.
class NpyHeaderParser {
 public:
  explicit NpyHeaderParser(std::string_view text) : text_(text) {}

  std::optional<NpyHeader> header() {
    NpyHeader header;
    if (!take("{")) return std::nullopt;
    while (!take("}")) {
      const auto key = text();
      if (!key || !take(":") || !value_of(*key, header) || (!take(",") && !next_is("}"))) return std::nullopt;
    }
    skip_space();
    if (!text_.empty() || header.descr.empty() || !header.fortran_order || !header.shape) return std::nullopt;
    return header;
  }

 private:
  bool value_of(std::string_view key, NpyHeader& header) {
    if (key == "descr") {
      const auto descr = text();
      header.descr = descr.value_or("");
      return descr.has_value();
    }
    if (key == "fortran_order") {
      if (take("True"))
        header.fortran_order = true;
      else if (take("False"))
        header.fortran_order = false;
      return header.fortran_order.has_value();
    }
    if (key == "shape") header.shape = tuple();
    return header.shape.has_value();
  }

  std::optional<std::vector<std::uint64_t>> tuple() {
    std::vector<std::uint64_t> numbers;
    if (!take("(")) return std::nullopt;
    while (!take(")")) {
      skip_space();
      std::uint64_t number;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
      if (error != std::errc()) return std::nullopt;
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      numbers.push_back(number);
      if (!take(",") && !next_is(")")) return std::nullopt;
    }
    return numbers;
  }

  std::optional<std::string> text() {
    skip_space();
    if (text_.empty() || (text_[0] != '\'' && text_[0] != '"')) return std::nullopt;
    const std::size_t end = text_.find(text_[0], 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::string found(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return found;
  }

  bool next_is(std::string_view word) {
    skip_space();
    return text_.starts_with(word);
  }

  bool take(std::string_view word) {
    if (!next_is(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }

  void skip_space() { text_.remove_prefix(std::min(text_.find_first_not_of(" \n"), text_.size())); }

  std::string_view text_;
};

std::string_view text_of(const BegunFile& file, std::size_t from) {
  return std::string_view(reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()).substr(from);
}

/// Bytes of one number by its descr; 0 where it is none of a boolean, an integer, a real or a complex number.
std::uint64_t size_of(std::string_view descr) {
  if (descr.size() < 3 || std::string_view("<>|=").find(descr[0]) == std::string_view::npos ||
      std::string_view("biufc").find(descr[1]) == std::string_view::npos)
    return 0;
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(descr.data() + 2, descr.data() + descr.size(), size);
  return error == std::errc() && end == descr.data() + descr.size() && size <= 32 ? size : 0;
}

}  // namespace

std::string NpyArray::shape_text() const {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

bool is_npy(const BegunFile& file) {
  return text_of(file, 0).starts_with(npy_magic);
}

NpyArray read_npy(BegunFile& file) {
  const auto cut_short = [&] { return bad_input(file.name + " ends within the header of its NumPy array"); };
  if (!file.read_to(npy_version_end)) throw cut_short();
  const int version = file.bytes[npy_magic.size()];
  if (version < 1 || version > 3)
    throw bad_input(
        fmt::format("{} is a NumPy array of format version {}; 1 to 3 can be read", file.name, version));
  const std::size_t begin = npy_version_end + (version == 1 ? 2 : 4);
  if (!file.read_to(begin)) throw cut_short();
  std::size_t length = 0;  // little-endian
  for (std::size_t i = begin; i-- > npy_version_end;) length = length << 8 | file.bytes[i];
  const auto unreadable = [&](std::string_view text) {
    return bad_input(fmt::format("{} has a header that is none of a NumPy array of plain numbers: {}",
                                 file.name, text.substr(0, 120)));
  };
  if (length > longest_npy_header) throw unreadable(fmt::format("it is {} bytes long", length));
  if (!file.read_to(begin + length)) throw cut_short();
  const std::string text(text_of(file, begin));
  const std::optional<NpyHeader> header = NpyHeaderParser(text).header();
  if (!header) throw unreadable(text);
  std::uint64_t size = size_of(header->descr);
  if (size == 0) throw unreadable(text);
  NpyArray array{header->descr, *header->shape, {}};
  if (*header->fortran_order && array.shape.size() > 1)
    throw bad_input(fmt::format("{} is in Fortran order: save np.ascontiguousarray(x)", file.name));
  for (const std::uint64_t count : array.shape)
    if (__builtin_mul_overflow(size, count, &size) || size > std::uint64_t{1} << 62)
      throw bad_input(
          fmt::format("{} has the shape {}, for which no file has room", file.name, array.shape_text()));
  file.read_body(size);
  array.data = without_header(std::move(file.bytes), begin + length);
  return array;
}

}  // namespace runner
