#include "runner/data/images.hpp"

#include "runner/error/error.hpp"
#include "runner/model/limits.hpp"

#include "csv_table.hpp"
#include "formats.hpp"
#include "image_size.hpp"
#include "image_source.hpp"
#include "labels.hpp"
#include "png.hpp"

#include <cassert>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

/// How many images an array of this shape holds; 0 where it holds none of that size.
std::uint64_t images_in(const Shape& shape, const ImageSize& size) {
  switch (shape.size()) {
    case 1:
      return shape[0] == size.pixels ? 1 : 0;
    case 2:  // a list of one row each is one image of one row: nothing is ambiguous
      if (shape[1] == size.pixels) return shape[0];
      return has_size(shape[0], shape[1], size) ? 1 : 0;
    case 3:
      return has_size(shape[1], shape[2], size) ? shape[0] : 0;
    case 4:  // with channels
      return has_pixels({shape.begin() + 1, shape.end()}, size) ? shape[0] : 0;
    default:
      return 0;
  }
}

Images as_bytes(ImageSource& images, const PixelScale& scale) {
  if (images.are_bytes()) return {images.images(), images.bytes(), false};
  Quantised quantised = quantise(images, scale);
  return {images.images(), std::move(quantised.bytes), false, quantised.outside};
}

Images images_of(ArrayReader array, const ImageSize& size, const PixelScale& scale) {
  const std::string name = array.name();
  const std::uint64_t count = images_in(array.shape(), size);
  if (count == 0) {
    const std::string image = size.rows == 0 ? "" : fmt::format("(n, {}, {}) or ", size.rows, size.columns);
    throw bad_input(fmt::format("{} is an array of the shape {}; the network takes images of {}: {}(n, {})",
                                name, text_of(array.shape()), size_text(size), image, size.pixels));
  }
  const NumberType type = array.type();
  if (scale.empty() && !type.is_byte())
    throw bad_input(fmt::format(
        "{} is an array of {}; the network was trained on bytes, uint8 from 0 to 255{}", name, type.name(),
        type.kind == NumberType::Kind::floating
            ? ": if these are floats from 0 to 1, save (255 * x).round().astype(np.uint8)"
            : ""));
  if (type.is_byte() && scale.offsets.size() > 1)
    throw bad_input(fmt::format(
        "{} is an array of uint8; the network was trained on numbers with a scale for each column: "
        "give the numbers themselves, as floats",
        name));
  Shape shape = array.shape();
  const bool one_image = shape.size() == 1 || (shape.size() == 2 && shape[1] != size.pixels);
  if (one_image) shape.insert(shape.begin(), 1);
  return as_bytes(*images_of(std::move(array), std::move(shape)), scale);
}

bool is_named_csv(const std::filesystem::path& file) {
  const std::string name = file.string();
  return name.ends_with(".csv") || name.ends_with(".csv.gz");
}

Images images_of(CsvTable table, const ImageSize& size, const PixelScale& scale) {
  ImageSource& images = *table.images;
  if (images.pixels() != size.pixels)
    throw bad_input(fmt::format("{} has {} columns of numbers; the network takes {}", images.name(),
                                images.pixels(), size.pixels));
  if (scale.empty() && !images.are_bytes())
    throw bad_input(fmt::format("{} holds {}; the network was trained on integers from 0 to 255",
                                images.name(), images.type()));
  // What its numbers are is not declared: they are what the network was trained on.
  if (scale.empty()) return {images.images(), images.bytes(), false};
  Quantised quantised = quantise(images, scale);
  return {images.images(), std::move(quantised.bytes), false, quantised.outside};
}

[[noreturn]] void refuse_label(const std::string& name, std::size_t index, std::int64_t label,
                               std::size_t classes) {
  throw bad_input(fmt::format("{}: label {} is {}; the network has the classes 0 to {}", name, index, label,
                              classes - 1));
}

}  // namespace

Images read_images(const std::filesystem::path& path, const ImageSize& size, const PixelScale& scale,
                   const std::string& label) {
  assert(size.pixels > 0 && size.pixels <= max_terms &&
         (size.rows == 0 || size.pixels % (size.rows * size.columns) == 0));
  if (is_named_csv(path)) return images_of(read_csv(path, label, false), size, scale);
  BegunFile file = begun(path);
  if (!is_png(file))
    return images_of(
        open_array(std::move(file), "a file of images", "neither IDX, nor a NumPy array (.npy), nor a PNG"),
        size, scale);
  if (scale.offsets.size() > 1)
    throw bad_input(fmt::format(
        "{} is a picture; the network was trained on numbers with a scale for each column", file.name));
  return read_png(file, size);
}

std::vector<std::uint8_t> read_labels(const std::filesystem::path& path, std::size_t classes) {
  ArrayReader array = open_array(begun(path), "a file of labels", "neither IDX nor a NumPy array (.npy)");
  const LabelNumbers labels = read_label_numbers(array);
  for (std::size_t i = 0; i < labels.values.size(); ++i)
    if (labels.values[i] < 0 || labels.values[i] >= static_cast<std::int64_t>(classes))
      refuse_label(array.name(), i, labels.values[i], classes);
  return {labels.values.begin(), labels.values.end()};
}

}  // namespace runner
