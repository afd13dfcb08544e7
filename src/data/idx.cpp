#include "runner/data/idx.hpp"

#include "runner/data/sha256.hpp"
#include "runner/error/error.hpp"

#include "byte_source.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

constexpr std::uint32_t image_magic = 0x00000803;
constexpr std::uint32_t label_magic = 0x00000801;
constexpr std::uint64_t max_pixels = std::uint64_t{1} << 22;  // an image's sums stay exact up to here

std::uint32_t big_endian(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 |
         bytes[3];
}

std::string_view meaning(std::uint32_t magic) {
  switch (magic) {
    case image_magic:
      return " (images)";
    case label_magic:
      return " (labels)";
    default:
      return "";
  }
}

/// The header: the magic number, then `Sizes` sizes. What is checked first says most about the file: empty,
/// of another kind, short, a zero.
template <std::size_t Sizes>
std::array<std::uint32_t, Sizes> read_header(ByteSource& source, const std::string& file, std::uint32_t magic,
                                             std::vector<std::uint8_t>& bytes) {
  bytes.resize(4 + 4 * Sizes);
  const std::size_t got = source.read(bytes);
  if (got == 0) throw bad_input(file + " is empty");
  if (got >= 4 && big_endian(bytes.data()) != magic) {
    const std::uint32_t found = big_endian(bytes.data());
    throw bad_input(fmt::format("{} has the magic number 0x{:08x}{} where 0x{:08x}{} must stand", file, found,
                                meaning(found), magic, meaning(magic)));
  }
  if (got < bytes.size())
    throw bad_input(fmt::format("{} ends after {} of the {} bytes of its header", file, got, bytes.size()));

  std::array<std::uint32_t, Sizes> sizes;
  for (std::size_t i = 0; i < Sizes; ++i) sizes[i] = big_endian(&bytes[4 + 4 * i]);
  if (std::ranges::count(sizes, 0u) > 0)
    throw bad_input(fmt::format("{} has a size of zero in its header: {}", file, fmt::join(sizes, " x ")));
  return sizes;
}

/// Reads the `count` bytes that the header says follow, and that nothing follows them; `bytes` holds the
/// header.
///
/// The header may lie, so memory is taken as data arrive, never more than twice what is there.
void read_body(ByteSource& source, const std::string& file, std::uint64_t count,
               std::vector<std::uint8_t>& bytes) {
  const std::uint64_t header = bytes.size();
  const std::uint64_t total = header + count;
  std::uint64_t size = header;
  while (size < total) {
    bytes.resize(std::min(total, std::max(2 * size, std::uint64_t{1} << 20)));
    size += source.read(std::span(bytes).subspan(size));
    if (size < bytes.size())
      throw bad_input(
          fmt::format("{} holds {} bytes after its header, which says {}", file, size - header, count));
  }
  std::uint8_t beyond;
  if (source.read({&beyond, 1}) != 0)
    throw bad_input(fmt::format("{} holds more than the {} bytes that its header says", file, count));
}

std::vector<std::uint8_t> without_header(std::vector<std::uint8_t> bytes, std::size_t header) {
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(header));
  return bytes;
}

}  // namespace

IdxImages read_idx_images(const std::filesystem::path& file) {
  ByteSource source(file);
  std::vector<std::uint8_t> bytes;
  const auto [count, rows, columns] = read_header<3>(source, file.string(), image_magic, bytes);
  const std::size_t header = bytes.size();
  const std::uint64_t pixels = std::uint64_t{rows} * columns;
  if (pixels > max_pixels)
    throw bad_input(fmt::format("{} has images of {} x {} pixels; at most {} pixels are possible",
                                file.string(), rows, columns, max_pixels));
  read_body(source, file.string(), count * pixels, bytes);  // < 2^32·2^22: cannot overflow

  IdxImages images;
  images.count = count;
  images.rows = rows;
  images.columns = columns;
  images.sha256 = sha256_hex(bytes);
  images.pixels = without_header(std::move(bytes), header);
  return images;
}

IdxLabels read_idx_labels(const std::filesystem::path& file) {
  ByteSource source(file);
  std::vector<std::uint8_t> bytes;
  const auto [count] = read_header<1>(source, file.string(), label_magic, bytes);
  const std::size_t header = bytes.size();
  read_body(source, file.string(), count, bytes);

  IdxLabels labels;
  labels.sha256 = sha256_hex(bytes);
  labels.labels = without_header(std::move(bytes), header);
  return labels;
}

}  // namespace runner
