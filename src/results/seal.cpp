#include "seal.hpp"

#include "runner/data/sha256.hpp"
#include "runner/error/error.hpp"
#include "runner/files/descriptor.hpp"
#include "runner/model/versions.hpp"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <optional>
#include <string>

#include <fmt/format.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

// The text, padded with zeros:
//
//   runner results file, layout 3
//   12480 bytes
//   sha256 6ed1… of
//   0 8192
//   8256 512
//   end
constexpr std::string_view first_words = "runner results file, layout ";
constexpr std::string_view hdf5_signature = "\x89HDF\r\n\x1a\n";
constexpr std::uint64_t searched_bytes = 64 << 10;

struct Seal {
  int layout_version = 0;
  std::uint64_t size = 0;  ///< of the file
  std::string sha256;
  std::vector<ByteRange> ranges;
};

/// Takes words and numbers off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  template <std::integral Integer>
  bool take(Integer& number) {
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (error != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }

  bool take(std::string& text, std::size_t length) {
    if (rest_.size() < length) return false;
    text = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return true;
  }

 private:
  std::string_view rest_;
};

/// Nothing where there is no seal; one of version 0 where it cannot be read.
std::optional<Seal> find_seal(std::string_view tail) {
  const std::size_t at = tail.rfind(first_words);
  if (at == std::string_view::npos) return std::nullopt;
  Scanner text(tail.substr(at + first_words.size()));
  Seal seal;
  if (!text.take(seal.layout_version) || !text.take("\n")) return Seal{};
  if (seal.layout_version != results_layout_version) return seal;
  if (!text.take(seal.size) || !text.take(" bytes\n")) return Seal{};
  if (!text.take("sha256 ") || !text.take(seal.sha256, 64) || !text.take(" of\n")) return Seal{};
  while (!text.take("end\n")) {
    ByteRange range{};
    if (!text.take(range.offset) || !text.take(" ") || !text.take(range.length) || !text.take("\n"))
      return Seal{};
    seal.ranges.push_back(range);
  }
  return seal;
}

/// Where a program that has the file open for writing puts a mark: the consistency flags of the superblock.
constexpr ByteRange write_mark{20, 4};

/// The checksum of some ranges, as they are or as if there were no write mark; nothing if they do not lie one
/// after the other in the file.
std::optional<std::string> checksum(const Descriptor& file, std::span<const ByteRange> ranges,
                                    bool without_mark = false) {
  const std::uint64_t size = file.size();
  Sha256 sum;
  std::uint64_t next = 0;
  for (const ByteRange& range : ranges) {
    if (range.offset < next || range.offset > size || range.length > size - range.offset) return std::nullopt;
    next = range.offset + range.length;
    constexpr std::uint64_t most = std::uint64_t{1} << 20;
    for (std::uint64_t at = range.offset; at < next; at += most) {
      std::string bytes = file.read_at(at, std::min(most, next - at));
      if (without_mark && at == 0 && bytes.size() >= write_mark.offset + write_mark.length)
        bytes.replace(write_mark.offset, write_mark.length, write_mark.length, '\0');
      sum.add(bytes);
    }
  }
  return sum.hex();
}

Descriptor open_file(const fs::path& path) {
  std::error_code cause;
  const fs::file_status status = fs::status(path, cause);
  if (status.type() == fs::file_type::not_found)
    throw bad_input(fmt::format("there is no results file {}", path.string()));
  if (cause) throw system_failure("cannot read " + path.string(), cause.value());
  if (!fs::is_regular_file(status))
    throw bad_input(fmt::format("{} is a folder or a device, not a results file", path.string()));
  return Descriptor(path, O_RDONLY | O_NONBLOCK);  // it may have become a pipe
}

Seal read_seal(const Descriptor& file, const fs::path& path) {
  const std::uint64_t tail = std::min(file.size(), searched_bytes);
  const std::optional<Seal> seal = find_seal(file.read_at(file.size() - tail, tail));
  if (!seal && file.read_at(0, std::min<std::uint64_t>(tail, hdf5_signature.size())) == hdf5_signature)
    throw bad_input(
        fmt::format("{} is an HDF5 file, but not a results file of this program, or one that was cut short",
                    path.string()));
  if (!seal) throw bad_input(fmt::format("{} is not a results file", path.string()));
  return *seal;
}

}  // namespace

void seal_file(const fs::path& path, std::vector<ByteRange> arrays, const ByteRange& place) {
  Descriptor file(path, O_RDWR);
  Seal seal{results_layout_version, file.size(), "", {}};
  std::sort(arrays.begin(), arrays.end(),
            [](const ByteRange& a, const ByteRange& b) { return a.offset < b.offset; });
  std::uint64_t next = 0;
  for (const ByteRange& array : arrays) {
    if (array.offset > next) seal.ranges.push_back({next, array.offset - next});
    next = array.offset + array.length;
  }
  if (seal.size > next) seal.ranges.push_back({next, seal.size - next});
  seal.sha256 = checksum(file, seal.ranges).value();

  std::string text =
      fmt::format("{}{}\n{} bytes\nsha256 {} of\n", first_words, seal.layout_version, seal.size, seal.sha256);
  for (const ByteRange& range : seal.ranges) text += fmt::format("{} {}\n", range.offset, range.length);
  text += "end\n";
  if (text.size() > place.length) throw failure("there is no room for its seal");
  file.write_at(place.offset, text.data(), text.size());
}

void require_results_file(const fs::path& path) {
  read_seal(open_file(path), path);
}

Descriptor open_sealed(const fs::path& path) {
  Descriptor file = open_file(path);
  const Seal seal = read_seal(file, path);
  if (seal.layout_version != 0 && seal.layout_version != results_layout_version)
    throw bad_input(fmt::format("{} has version {} of the layout, and this program knows version {} only",
                                path.string(), seal.layout_version, results_layout_version));
  if (seal.layout_version != 0 && seal.size > file.size())
    throw bad_input(fmt::format("the results file {} is cut short: it has {} of {} bytes", path.string(),
                                file.size(), seal.size));
  const bool whole = seal.layout_version != 0 && seal.size == file.size();
  if (whole && checksum(file, seal.ranges) == seal.sha256) return file;
  if (whole && checksum(file, seal.ranges, true) == seal.sha256)
    throw bad_input(fmt::format(
        "the results file {} bears the mark of another program that has it open for writing, or was "
        "killed while it had: h5clear -s {} takes the mark away",
        path.string(), path.string()));
  throw bad_input(fmt::format(
      "the results file {} is damaged, or another program has written into it: its structure is not what "
      "it was when it was made",
      path.string()));
}

}  // namespace runner
