#pragma once

#include "runner/data/array.hpp"
#include "runner/data/images.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace runner {

/// "28 x 28 pixels", or "784 pixels" where no more is known.
std::string size_text(const ImageSize& size);

bool has_size(std::uint64_t rows, std::uint64_t columns, const ImageSize& size);

/// The same of an image with channels: (rows, columns, channels), or (1, rows, columns).
bool has_pixels(const Shape& image, const ImageSize& size);

/// Throws Error (bad_input) where the images of a file do not have the size.
void require_size(const std::string& file, std::size_t rows, std::size_t columns, const ImageSize& size);

}  // namespace runner
