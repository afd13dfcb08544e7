#pragma once

#include "runner/data/images.hpp"

#include "byte_source.hpp"

namespace runner {

/// Whether a file that has been read to its eighth byte begins as a PNG.
bool is_png(const BegunFile& file);

/// A PNG as read_images has it.
Images read_png(BegunFile& file, const ImageSize& size);

}  // namespace runner
