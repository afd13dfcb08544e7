#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace runner {

/// The size of the images that a network takes.
struct ImageSize {
  std::size_t pixels;  ///< of an image, 1 … max_terms
  /// Height and width; 0 where they are not known: then any image of so many pixels will do.
  std::size_t rows = 0, columns = 0;
};

/// Images of one size, grey, as the bytes that a network takes.
struct Images {
  std::size_t count = 0;
  std::vector<std::uint8_t> pixels;  ///< count × ImageSize::pixels, row-major, 0…255
  bool picture = false;              ///< the file is one picture (PNG), and not a list of images
};

/// Reads images that others have made. What kind of file it is, is told by its content, not by its name; each
/// may be gzipped.
///
/// - IDX images (idx.hpp).
/// - A NumPy array (.npy) of uint8 in C order: (n, rows, columns) or (n, pixels); or one image, (rows,
///   columns) or (pixels,).
/// - A PNG of 1 to 16 bits, grey or colour, read by libpng: transparent parts are over black; colours become
///   their luminance (0.2126·R + 0.7152·G + 0.0722·B in linear light, then sRGB again); 16 bits are
///   rounded to 8; a gamma that the file states is turned into that of sRGB. Grey of 8 bits without one stays
///   as it is, byte for byte.
///
/// Throws Error (bad_input) that names the file and what is wrong: it cannot be opened, is of none of these
/// kinds, is damaged or cut short, holds no images, or holds images of another size; an array of other
/// numbers or in Fortran order; a PNG of more than 64 MB. No memory is taken for what a header claims before
/// the size is right, or the data are there. failure: reading fails.
Images read_images(const std::filesystem::path& file, const ImageSize& size);

/// Reads a class for each image: IDX labels, or a NumPy array (n,) of integers, of any width and byte order.
/// Throws as read_images; a label that is not below `classes` is named.
std::vector<std::uint8_t> read_labels(const std::filesystem::path& file, std::size_t classes);

}  // namespace runner
