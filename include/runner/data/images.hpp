#pragma once

#include "runner/model/dataset_facts.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace runner {

/// The size of the images that a network takes.
struct ImageSize {
  std::size_t pixels;  ///< numbers of an image, 1 … max_terms: rows × columns × channels
  /// Height and width; 0 if they are not known: then any image with that many pixels is accepted.
  std::size_t rows = 0, columns = 0;
};

/// Images of one size, as the bytes that a network takes.
struct Images {
  std::size_t count = 0;
  std::vector<std::uint8_t> pixels;  ///< count × ImageSize::pixels, row-major, 0…255
  bool picture = false;              ///< the file is one picture (PNG), and not a list of images
  std::uint64_t outside = 0;         ///< how many numbers lie outside the scale (is_outside)
};

/// Reads a user's images. The content of a file tells its kind, not its name (but for tables). It may be
/// gzipped.
///
/// - An array (array.hpp): (n, pixels), (n, rows, columns) or (n, rows, columns, channels); or one image,
///   (rows, columns) or (pixels,). Floating-point numbers become bytes by `scale`, that of the training
///   images; uint8 stay as they are.
/// - Of an .npz archive the array x_test, or the only one.
/// - A table (.csv or .csv.gz by its name) as load_dataset reads it; a column named `label` is left out.
/// - A PNG of 1 to 16 bits, grey or colour, read by libpng: transparent parts are over black; colours become
///   their luminance (0.2126·R + 0.7152·G + 0.0722·B in linear light, then sRGB again); 16 bits are
///   rounded to 8; a gamma that the file states is turned into that of sRGB. Grey of 8 bits without one stays
///   as it is, byte for byte.
///
/// Throws Error (bad_input) that names the file and what is wrong: it cannot be opened, is of another kind,
/// is damaged or cut short, holds no images, or images of another size; an array has other numbers, or has
/// floating-point numbers and there is no scale, or has bytes and each pixel has a scale of its own; a PNG is
/// larger than 64 MB. Memory is taken only after the size was found right, or for data that are there, not
/// for what a header claims. failure: reading fails.
Images read_images(const std::filesystem::path& file, const ImageSize& size, const PixelScale& scale = {},
                   const std::string& label = {});

/// Reads a class for each image: an array of integers or one-hot rows (IDX or .npy), of an .npz archive the
/// array t_test, or the only one, or the column `label` of a table.
/// Throws as read_images; a label that is not below `classes` is named.
std::vector<std::uint8_t> read_labels(const std::filesystem::path& file, std::size_t classes,
                                      const std::string& label = "label");

}  // namespace runner
