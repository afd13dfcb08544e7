#include "seal.hpp"

#include "runner/data/sha256.hpp"
#include "runner/error/error.hpp"
#include "runner/files/descriptor.hpp"
#include "runner/model/layout_version.hpp"

#include <algorithm>
#include <charconv>
#include <concepts>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

namespace fs = std::filesystem;

// The text, padded with zeros:
//
//   runner results file, layout 4
//   12480 bytes
//   sha256 6ed1… of
//   0 8192
//   8256 512
//   end
constexpr std::string_view first_words = "runner results file, layout ";
constexpr std::string_view hdf5_signature = "\x89HDF\r\n\x1a\n";

bool is_readable(int layout_version) {
  return layout_version >= oldest_readable_layout && layout_version <= results_layout_version;
}

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

/// What a text that begins with the first words says; of version 0 where it cannot be read.
Seal parse_seal(std::string_view words) {
  Scanner text(words.substr(first_words.size()));
  Seal seal;
  if (!text.take(seal.layout_version) || seal.layout_version < 1 || !text.take("\n")) return {};
  if (!is_readable(seal.layout_version)) return seal;
  if (!text.take(seal.size) || !text.take(" bytes\n")) return {};
  if (!text.take("sha256 ") || !text.take(seal.sha256, 64) || !text.take(" of\n")) return {};
  while (!text.take("end\n")) {
    ByteRange range{};
    if (!text.take(range.offset) || !text.take(" ") || !text.take(range.length) || !text.take("\n"))
      return {};
    seal.ranges.push_back(range);
  }
  return seal;
}

/// Whether a text that begins there is the file's seal: another program may have put a copy of it into the
/// file. A seal of this format lies in an array, so in none of its own ranges.
bool is_the_seal(const Seal& seal, std::uint64_t at) {
  if (!is_readable(seal.layout_version)) return seal.layout_version != 0;
  return at < seal.size && std::none_of(seal.ranges.begin(), seal.ranges.end(), [&](const ByteRange& range) {
           return at >= range.offset && at - range.offset < range.length;
         });
}

/// So many bytes are read at a time.
constexpr std::uint64_t piece = std::uint64_t{1} << 20;

bool is_hdf5(const Descriptor& file) {
  return file.read_at(0, std::min<std::uint64_t>(file.size(), hdf5_signature.size())) == hdf5_signature;
}

/// Searches from the end of the file on, where the seal is unless another program has put something behind
/// it. Nothing where there is no seal; one of version 0 where it cannot be read.
std::optional<Seal> find_seal(const Descriptor& file) {
  std::optional<Seal> unreadable;
  const std::uint64_t size = file.size();
  for (std::uint64_t end = size; end > 0;) {
    const std::uint64_t begin = end - std::min(end, piece);
    // A seal that begins before `end` may go on behind it.
    const std::string bytes = file.read_at(begin, std::min(size, end + seal_length) - begin);
    std::vector<std::size_t> places;
    for (std::size_t at = bytes.find(first_words); at < end - begin; at = bytes.find(first_words, at + 1))
      places.push_back(at);
    for (auto at = places.rbegin(); at != places.rend(); ++at) {
      const Seal seal = parse_seal(std::string_view(bytes).substr(*at, seal_length));
      if (is_the_seal(seal, begin + *at)) return seal;
      unreadable = Seal{};
    }
    if (!is_hdf5(file)) break;
    end = begin;
  }
  return unreadable;
}

/// The byte of the superblock that bears the mark of an HDF5 writer, and the bits that make it up.
constexpr std::uint64_t marked_byte = 20;
constexpr unsigned char writer_mark = 0x07;

/// The checksum of some ranges as it is without the mark of a writer; nothing if they do not lie one after
/// the other in the file.
std::optional<std::string> checksum(const Descriptor& file, std::span<const ByteRange> ranges) {
  const std::uint64_t size = file.size();
  Sha256 sum;
  std::uint64_t next = 0;
  for (const ByteRange& range : ranges) {
    if (range.offset < next || range.offset > size || range.length > size - range.offset) return std::nullopt;
    next = range.offset + range.length;
    for (std::uint64_t at = range.offset; at < next; at += piece) {
      std::string bytes = file.read_at(at, std::min(piece, next - at));
      if (marked_byte >= at && marked_byte - at < bytes.size()) {
        char& marked = bytes[marked_byte - at];
        marked = static_cast<char>(static_cast<unsigned char>(marked) & ~writer_mark);
      }
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
  const std::optional<Seal> seal = find_seal(file);
  if (!seal && is_hdf5(file))
    throw bad_input(fmt::format(
        "{} is an HDF5 file, but not a results file of this program, or it was cut short", path.string()));
  if (!seal) throw bad_input(fmt::format("{} is not a results file", path.string()));
  return *seal;
}

}  // namespace

bool SealedFile::is_unchanged() const {
  return seal.size == file.size() && checksum(file, seal.ranges) == seal.sha256;
}

std::optional<std::vector<ByteRange>> ranges_between(std::vector<ByteRange> arrays, std::uint64_t size) {
  std::sort(arrays.begin(), arrays.end(),
            [](const ByteRange& a, const ByteRange& b) { return a.offset < b.offset; });
  std::vector<ByteRange> ranges;
  std::uint64_t next = 0;
  for (const ByteRange& array : arrays) {
    if (array.offset < next || array.offset > size || array.length > size - array.offset) return std::nullopt;
    if (array.offset > next) ranges.push_back({next, array.offset - next});
    next = array.offset + array.length;
  }
  if (size > next) ranges.push_back({next, size - next});
  return ranges;
}

void seal_file(const fs::path& path, int layout_version, std::vector<ByteRange> arrays,
               const ByteRange& place) {
  Descriptor file(path, O_RDWR);
  const std::uint64_t size = file.size();
  const std::vector<ByteRange> ranges = ranges_between(std::move(arrays), size).value();
  std::string text = fmt::format("{}{}\n{} bytes\nsha256 {} of\n", first_words, layout_version, size,
                                 checksum(file, ranges).value());
  for (const ByteRange& range : ranges) text += fmt::format("{} {}\n", range.offset, range.length);
  text += "end\n";
  if (text.size() > place.length) throw failure("there is no room for its seal");
  text.resize(place.length);
  file.write_at(place.offset, text.data(), text.size());
}

void require_results_file(const fs::path& path) {
  read_seal(open_file(path), path);
}

SealedFile open_results(const fs::path& path) {
  Descriptor file = open_file(path);
  Seal seal = read_seal(file, path);
  const int version = seal.layout_version;
  if (version > results_layout_version)
    throw bad_input(fmt::format(
        "{} was made by a later version of runner: it has layout {}, and this version reads layouts up to {}",
        path.string(), version, results_layout_version));
  if (version != 0 && version < oldest_readable_layout)
    throw bad_input(
        fmt::format("{} was made by an early version of runner: it has layout {}, and this "
                    "version reads layouts from {} on",
                    path.string(), version, oldest_readable_layout));
  if (version == 0)
    throw bad_input(fmt::format("the results file {} is damaged: its seal cannot be read", path.string()));
  if (seal.size > file.size())
    throw bad_input(fmt::format("the results file {} is cut short: it has {} of {} bytes", path.string(),
                                file.size(), seal.size));
  return {std::move(file), std::move(seal)};
}

Descriptor open_sealed(const fs::path& path) {
  SealedFile opened = open_results(path);
  if (!opened.is_unchanged())
    throw bad_input(
        fmt::format("another program has written into the results file {}, or it is damaged: "
                    "runner seal {} lists what was added, and accepts the file as it is",
                    path.string(), path.string()));
  return std::move(opened.file);
}

}  // namespace runner
