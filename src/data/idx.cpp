#include "runner/error/error.hpp"

#include "formats.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {
namespace {

std::uint32_t big_endian(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 |
         bytes[3];
}

/// By the third byte of the magic number.
std::optional<NumberType> idx_type(std::uint8_t code) {
  using Kind = NumberType::Kind;
  switch (code) {
    case 0x08:
      return NumberType{Kind::unsigned_integer, 1, false};
    case 0x09:
      return NumberType{Kind::signed_integer, 1, false};
    case 0x0b:
      return NumberType{Kind::signed_integer, 2, true};
    case 0x0c:
      return NumberType{Kind::signed_integer, 4, true};
    case 0x0d:
      return NumberType{Kind::floating, 4, true};
    case 0x0e:
      return NumberType{Kind::floating, 8, true};
    default:
      return std::nullopt;
  }
}

}  // namespace

/// IDX files begin with two zeros.
bool is_idx(const BegunFile& file) {
  return file.bytes.size() >= 2 && file.bytes[0] == 0 && file.bytes[1] == 0;
}

/// A magic number, two zeros, the type and the number of dimensions; then the dimensions' sizes.
ArrayReader open_idx(BegunFile file) {
  constexpr std::size_t most_dimensions = 8;  // an image has four at most
  if (!file.read_to(4))
    throw bad_input(
        fmt::format("{} ends after {} of the 4 bytes of its magic number", file.name, file.bytes.size()));
  const std::optional<NumberType> type = idx_type(file.bytes[2]);
  const std::size_t dimensions = file.bytes[3];
  if (!type || dimensions < 1 || dimensions > most_dimensions)
    throw bad_input(fmt::format(
        "{} has the magic number 0x{:08x}, which no IDX file has: images of bytes have 0x00000803, "
        "labels 0x00000801",
        file.name, big_endian(file.bytes.data())));
  const std::size_t length = 4 + 4 * dimensions;
  if (!file.read_to(length))
    throw bad_input(
        fmt::format("{} ends after {} of the {} bytes of its header", file.name, file.bytes.size(), length));
  Shape shape;
  for (std::size_t i = 0; i < dimensions; ++i) shape.push_back(big_endian(&file.bytes[4 + 4 * i]));
  if (std::ranges::count(shape, 0u) > 0)
    throw bad_input(
        fmt::format("{} has a size of zero in its header: {}", file.name, fmt::join(shape, " x ")));
  return {
      ArrayFormat::idx, std::move(file.name), *type, std::move(shape), false, std::move(file.source), length};
}

}  // namespace runner
