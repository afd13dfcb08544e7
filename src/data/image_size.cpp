#include "image_size.hpp"

#include "runner/error/error.hpp"
#include "runner/model/limits.hpp"

#include <fmt/format.h>

namespace runner {

std::string size_text(const ImageSize& size) {
  return size.rows == 0 ? fmt::format("{} pixels", size.pixels)
                        : fmt::format("{} x {} pixels", size.rows, size.columns);
}

bool has_size(std::uint64_t rows, std::uint64_t columns, const ImageSize& size) {
  if (size.rows != 0) return rows == size.rows && columns == size.columns;
  return rows <= max_terms && columns <= max_terms && rows * columns == size.pixels;
}

void require_size(const std::string& file, std::size_t rows, std::size_t columns, const ImageSize& size) {
  if (!has_size(rows, columns, size))
    throw bad_input(fmt::format("{} has {} x {} pixels; the network takes images of {}", file, rows, columns,
                                size_text(size)));
}

}  // namespace runner
