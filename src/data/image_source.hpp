#pragma once

#include "runner/data/array.hpp"
#include "runner/model/dataset_facts.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace runner {

/// The numbers of some consecutive pixels of some consecutive images.
struct NumberBlock {
  std::size_t image, images;       ///< the first image, and how many
  std::size_t pixel, pixels;       ///< the first pixel, and how many
  std::span<const double> values;  ///< images × pixels
};

/// The images of a file as numbers. Not shared between threads; errors are those of the file's reader.
class ImageSource {
 public:
  virtual ~ImageSource() = default;

  const std::string& name() const { return name_; }  ///< what messages call it
  const Shape& shape() const { return shape_; }      ///< (n, pixels) or (n, rows, columns[, channels])
  std::size_t images() const { return shape_[0]; }
  std::size_t pixels() const;

  /// What messages call its numbers: "uint8", "float32".
  virtual std::string type() const = 0;
  /// Each number is an integer from 0 to 255, and means a byte.
  virtual bool are_bytes() const = 0;

  /// Calls take() with all numbers, block by block. Each call of visit() begins at the start of the file. For
  /// every pixel the images come in order. Takes memory for one block only.
  virtual void visit(const std::function<void(const NumberBlock&)>& take) = 0;

  /// The numbers where are_bytes().
  virtual std::vector<std::uint8_t> bytes();

 protected:
  ImageSource(std::string name, Shape shape) : name_(std::move(name)), shape_(std::move(shape)) {}

 private:
  std::string name_;
  Shape shape_;
};

/// The images of an array. Throws Error (bad_input) that names the array: of another shape than (n, pixels),
/// (n, rows, columns) and (n, rows, columns, channels), with images of more than max_terms pixels, or of
/// numbers that are neither uint8 nor floating-point.
std::unique_ptr<ImageSource> images_of(ArrayReader array);

/// The same, for images whose shape is known; `shape` has as many numbers as the array.
std::unique_ptr<ImageSource> images_of(ArrayReader array, Shape shape);

/// One scale for all pixels, from the smallest to the largest number. Throws Error (bad_input): a number that
/// is not finite (its place named), or all are equal.
PixelScale scale_of_all(ImageSource& images);

/// A scale for each pixel, which reaches standardised_deviations standard deviations to both sides of its
/// mean. Mean and variance are computed by Welford's recurrence in the order of the images. The step is 0 if
/// the pixel is the same in all images. Throws as scale_of_all.
PixelScale scale_of_columns(ImageSource& images);

/// Bytes by a scale.
struct Quantised {
  std::vector<std::uint8_t> bytes;
  std::uint64_t outside = 0;  ///< how many numbers lie outside the scale (is_outside)
};

/// Throws Error (bad_input): a number that is not finite.
Quantised quantise(ImageSource& images, const PixelScale& scale);

}  // namespace runner
