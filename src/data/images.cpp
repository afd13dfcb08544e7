#include "runner/data/images.hpp"

#include "runner/data/dataset.hpp"
#include "runner/error/error.hpp"
#include "runner/model/limits.hpp"

#include "csv_table.hpp"
#include "formats.hpp"
#include "image_size.hpp"
#include "image_source.hpp"
#include "labels.hpp"
#include "png.hpp"

#include <cassert>
#include <string_view>
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

/// "(n, 28, 28) or "; empty where the network has been told no shape.
std::string shape_text(const ImageSize& size) {
  if (size.rows == 0) return {};
  const std::size_t channels = size.pixels / (size.rows * size.columns);
  return fmt::format("(n, {}, {}{}) or ", size.rows, size.columns,
                     channels == 1 ? "" : fmt::format(", {}", channels));
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
    throw bad_input(fmt::format("{} is an array of the shape {}; the network takes images of {}: {}(n, {})",
                                name, text_of(array.shape()), size_text(size), shape_text(size),
                                size.pixels));
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

/// The array of this name in an .npz archive, or the only one.
ArrayReader open_in_archive(const std::filesystem::path& file, std::string_view name) {
  const std::vector<std::string> names = npz_names(file);
  return open_npz_array(file, names.size() == 1 ? std::string_view(names.front()) : name);
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
  if (is_zip(file)) return images_of(open_in_archive(path, dataset_array_names[2]), size, scale);
  if (!is_png(file))
    return images_of(open_array(std::move(file), "a file of images",
                                "neither IDX, nor a NumPy array (.npy), nor an archive of them (.npz), nor a "
                                "PNG, nor is its name that of a table (.csv)"),
                     size, scale);
  if (scale.offsets.size() > 1)
    throw bad_input(fmt::format(
        "{} is a picture; the network was trained on numbers with a scale for each column", file.name));
  return read_png(file, size);
}

std::vector<std::uint8_t> read_labels(const std::filesystem::path& path, std::size_t classes,
                                      const std::string& label) {
  std::string name = path.string();
  LabelNumbers labels;
  if (is_named_csv(path)) {
    labels = read_csv(path, label).labels;
  } else {
    BegunFile file = begun(path);
    ArrayReader array =
        is_zip(file) ? open_in_archive(path, dataset_array_names[3])
                     : open_array(std::move(file), "a file of labels",
                                  "neither IDX, nor a NumPy array (.npy), nor an archive of them (.npz), nor "
                                  "is its name that of a table (.csv)");
    name = array.name();
    labels = read_label_numbers(array);
  }
  for (std::size_t i = 0; i < labels.values.size(); ++i)
    if (labels.values[i] < 0 || labels.values[i] >= static_cast<std::int64_t>(classes))
      refuse_label(name, i, labels.values[i], classes);
  return {labels.values.begin(), labels.values.end()};
}

}  // namespace runner
