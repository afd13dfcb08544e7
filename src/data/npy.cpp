#include "runner/error/error.hpp"

#include "formats.hpp"
#include "npz_format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

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

std::string_view npy_text(const BegunFile& file, std::size_t from) {
  return std::string_view(reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()).substr(from);
}

/// What a descr says: '<', '>', '=' or, for bytes, '|'; the kind; the size in bytes: "<f4", "|u1".
std::optional<NumberType> type_of(std::string_view descr) {
  using Kind = NumberType::Kind;
  if (descr.size() != 3 || std::string_view("<>|=").find(descr[0]) == std::string_view::npos)
    return std::nullopt;
  const std::size_t kind = std::string_view("buif").find(descr[1]);
  const auto size = static_cast<std::size_t>(descr[2] - '0');
  if (kind == std::string_view::npos || (size != 1 && size != 2 && size != 4 && size != 8))
    return std::nullopt;
  constexpr std::array kinds{Kind::boolean, Kind::unsigned_integer, Kind::signed_integer, Kind::floating};
  if ((kinds[kind] == Kind::boolean && size != 1) || (kinds[kind] == Kind::floating && size == 1))
    return std::nullopt;
  return NumberType{kinds[kind], size, descr[0] == '>' && size > 1};
}

/// Whether a header is that of Python objects, which only Python can read, and may do anything when it does.
bool holds_objects(std::string_view header) {
  for (const std::string_view descr : {"'|O'", "'O'", "'|O8'", "'<O8'", "'O8'"})
    if (header.find(descr) != std::string_view::npos) return true;
  return false;
}

}  // namespace

bool is_npy(const BegunFile& file) {
  return npy_text(file, 0).starts_with(npy_magic);
}

ArrayReader open_npy(BegunFile file) {
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
    return bad_input(
        fmt::format("{} has a header that is not that of a NumPy array of plain numbers: {}", file.name,
                    text.substr(0, std::min<std::size_t>(120, text.find_last_not_of(" \n") + 1))));
  };
  if (length > longest_npy_header) throw unreadable(fmt::format("it is {} bytes long", length));
  if (!file.read_to(begin + length)) throw cut_short();
  const std::string text(npy_text(file, begin));
  if (holds_objects(text))
    throw bad_input(
        fmt::format("{} is an array of Python objects (dtype object), and pickles are never read: save an "
                    "array of numbers, such as np.array(x.tolist(), dtype=np.float32)",
                    file.name));
  const std::optional<NpyHeader> header = NpyHeaderParser(text).header();
  const std::optional<NumberType> type = header ? type_of(header->descr) : std::nullopt;
  if (!type) throw unreadable(text);
  return {ArrayFormat::npy,       std::move(file.name),   *type,         *header->shape,
          *header->fortran_order, std::move(file.source), begin + length};
}

}  // namespace runner
