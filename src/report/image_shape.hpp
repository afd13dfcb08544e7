#pragma once

#include "runner/model/dataset_facts.hpp"

#include <cstddef>
#include <optional>

namespace runner {

/// Height and width of a picture.
struct ImageShape {
  std::size_t rows, columns;
};

/// Those of the images of a file as grey pictures. Where it does not say them (flat arrays, earlier layouts),
/// images that may be squares of 8 by 8 pixels or more are taken for such. None for other images and for
/// colours.
std::optional<ImageShape> image_shape(const DatasetFacts& data);

/// What a file of an earlier layout does not say: how large an image is, and how many classes there are. They
/// are taken to be those of the built-in data sets.
DatasetFacts with_shape(DatasetFacts data);

}  // namespace runner
