#include "image_shape.hpp"

#include <cmath>

namespace runner {

std::optional<ImageShape> image_shape(const DatasetFacts& data) {
  if (data.rows > 0)
    return data.rows * data.columns == data.pixels ? std::optional(ImageShape{data.rows, data.columns})
                                                   : std::nullopt;
  const auto side = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(data.pixels))));
  constexpr std::size_t least = 8;  // the columns of a table are no picture
  if (side < least || side * side != data.pixels) return std::nullopt;
  return ImageShape{side, side};
}

DatasetFacts with_shape(DatasetFacts data) {
  if (data.pixels == 0) data.pixels = 784;
  if (data.classes == 0) data.classes = 10;
  return data;
}

}  // namespace runner
