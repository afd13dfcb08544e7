#include "image_size.hpp"

#include "runner/error/error.hpp"
#include "runner/model/limits.hpp"

#include <fmt/format.h>

namespace runner {

namespace {

/// 1 for grey images.
std::size_t channels_of(const ImageSize& size) {
  return size.rows == 0 ? 1 : size.pixels / (size.rows * size.columns);
}

}  // namespace

std::string size_text(const ImageSize& size) {
  if (size.rows == 0) return fmt::format("{} pixels", size.pixels);
  const std::size_t channels = channels_of(size);
  return fmt::format("{} x {}{} pixels", size.rows, size.columns,
                     channels == 1 ? "" : fmt::format(" x {}", channels));
}

bool has_size(std::uint64_t rows, std::uint64_t columns, const ImageSize& size) {
  if (size.rows != 0) return rows == size.rows && columns == size.columns && channels_of(size) == 1;
  return rows <= max_terms && columns <= max_terms && rows * columns == size.pixels;
}

bool has_pixels(const Shape& image, const ImageSize& size) {
  std::uint64_t pixels = 1;
  for (const std::uint64_t length : image)
    if (length > max_terms || (pixels *= length) > max_terms) return false;
  if (pixels != size.pixels) return false;
  const auto is = [&](std::uint64_t rows, std::uint64_t columns) {
    return rows == size.rows && columns == size.columns;
  };
  return size.rows == 0 || is(image[0], image[1]) || (image[0] == 1 && is(image[1], image[2]));
}

void require_size(const std::string& file, std::size_t rows, std::size_t columns, const ImageSize& size) {
  if (!has_size(rows, columns, size))
    throw bad_input(fmt::format("{} has {} x {} pixels; the network takes images of {}", file, rows, columns,
                                size_text(size)));
}

}  // namespace runner
