#include "runner/data/idx.hpp"

#include "runner/data/sha256.hpp"
#include "runner/error/error.hpp"

#include "idx_file.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

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
std::array<std::uint32_t, Sizes> read_header(BegunFile& file, std::uint32_t magic) {
  constexpr std::size_t length = 4 + 4 * Sizes;
  const bool complete = file.read_to(length);
  const std::vector<std::uint8_t>& bytes = file.bytes;
  if (bytes.empty()) throw bad_input(file.name + " is empty");
  if (bytes.size() >= 4 && big_endian(bytes.data()) != magic) {
    const std::uint32_t found = big_endian(bytes.data());
    throw bad_input(fmt::format("{} has the magic number 0x{:08x}{} where 0x{:08x}{} must stand", file.name,
                                found, meaning(found), magic, meaning(magic)));
  }
  if (!complete)
    throw bad_input(
        fmt::format("{} ends after {} of the {} bytes of its header", file.name, bytes.size(), length));

  std::array<std::uint32_t, Sizes> sizes;
  for (std::size_t i = 0; i < Sizes; ++i) sizes[i] = big_endian(&bytes[4 + 4 * i]);
  if (std::ranges::count(sizes, 0u) > 0)
    throw bad_input(
        fmt::format("{} has a size of zero in its header: {}", file.name, fmt::join(sizes, " x ")));
  return sizes;
}

}  // namespace

IdxImages read_idx_images(BegunFile& file) {
  const auto [count, rows, columns] = read_header<3>(file, image_magic);
  const std::size_t header = file.bytes.size();
  const std::uint64_t pixels = std::uint64_t{rows} * columns;
  if (pixels > max_pixels)
    throw bad_input(fmt::format("{} has images of {} x {} pixels; at most {} pixels are possible", file.name,
                                rows, columns, max_pixels));
  file.read_body(count * pixels);  // < 2^32·2^22: cannot overflow

  IdxImages images;
  images.count = count;
  images.rows = rows;
  images.columns = columns;
  images.sha256 = sha256_hex(file.bytes);
  images.pixels = without_header(std::move(file.bytes), header);
  return images;
}

IdxLabels read_idx_labels(BegunFile& file) {
  const auto [count] = read_header<1>(file, label_magic);
  const std::size_t header = file.bytes.size();
  file.read_body(count);

  IdxLabels labels;
  labels.sha256 = sha256_hex(file.bytes);
  labels.labels = without_header(std::move(file.bytes), header);
  return labels;
}

IdxImages read_idx_images(const std::filesystem::path& path) {
  BegunFile file(path);
  return read_idx_images(file);
}

IdxLabels read_idx_labels(const std::filesystem::path& path) {
  BegunFile file(path);
  return read_idx_labels(file);
}

}  // namespace runner
