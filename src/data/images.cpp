#include "runner/data/images.hpp"

#include "runner/error/error.hpp"
#include "runner/model/limits.hpp"

#include "idx_file.hpp"
#include "image_size.hpp"
#include "npy.hpp"
#include "png.hpp"

#include <cassert>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace runner {
namespace {

/// How many images an array of this shape holds; 0 where it holds none of that size.
std::uint64_t images_in(const std::vector<std::uint64_t>& shape, const ImageSize& size) {
  switch (shape.size()) {
    case 1:
      return shape[0] == size.pixels ? 1 : 0;
    case 2:  // a list of one row each is one image of one row: nothing is ambiguous
      if (shape[1] == size.pixels) return shape[0];
      return has_size(shape[0], shape[1], size) ? 1 : 0;
    case 3:
      return has_size(shape[1], shape[2], size) ? shape[0] : 0;
    default:
      return 0;
  }
}

Images images_of(NpyArray array, const std::string& name, const ImageSize& size) {
  const std::uint64_t count = images_in(array.shape, size);
  if (count == 0) {
    const std::string image = size.rows == 0 ? "" : fmt::format("(n, {}, {}) or ", size.rows, size.columns);
    throw bad_input(fmt::format("{} is an array of the shape {}; the network takes images of {}: {}(n, {})",
                                name, array.shape_text(), size_text(size), image, size.pixels));
  }
  if (array.descr != "|u1")
    throw bad_input(fmt::format(
        "{} is an array of '{}'; pixels are bytes, uint8 from 0 to 255{}", name, array.descr,
        array.descr[1] == 'f' ? ": of floats from 0 to 1 save (255 * x).round().astype(np.uint8)" : ""));
  return {count, std::move(array.data), false};
}

/// The bytes of a label as an unsigned number.
std::uint64_t label_at(const NpyArray& array, std::size_t index, std::size_t width) {
  std::uint64_t label = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const std::size_t from_high = array.descr[0] == '>' ? i : width - 1 - i;
    label = label << 8 | array.data[index * width + from_high];
  }
  return label;
}

[[noreturn]] void refuse_label(const std::string& name, std::size_t index, const std::string& label,
                               std::size_t classes) {
  throw bad_input(fmt::format("{}: label {} is {}; the network has the classes 0 to {}", name, index, label,
                              classes - 1));
}

std::vector<std::uint8_t> labels_of(const NpyArray& array, const std::string& name, std::size_t classes) {
  const bool is_signed = array.descr[1] == 'i';
  if (!is_signed && array.descr[1] != 'u')
    throw bad_input(fmt::format("{} is an array of '{}'; labels are integers", name, array.descr));
  if (array.shape.size() != 1 || array.shape[0] == 0)
    throw bad_input(fmt::format("{} is an array of the shape {}; labels are one class for each image: (n,)",
                                name, array.shape_text()));
  const std::size_t width = array.data.size() / array.shape[0];
  if (width > 8)
    throw bad_input(
        fmt::format("{} is an array of '{}'; labels are integers of at most 8 bytes", name, array.descr));
  std::vector<std::uint8_t> labels;
  labels.reserve(array.shape[0]);
  for (std::size_t i = 0; i < array.shape[0]; ++i) {
    const std::uint64_t label = label_at(array, i, width);
    if (is_signed && label >> (8 * width - 1) != 0) refuse_label(name, i, "negative", classes);
    if (label >= classes) refuse_label(name, i, fmt::format("{}", label), classes);
    labels.push_back(static_cast<std::uint8_t>(label));
  }
  return labels;
}

/// IDX files begin with two zeros.
bool is_idx(const BegunFile& file) {
  return file.bytes.size() >= 2 && file.bytes[0] == 0 && file.bytes[1] == 0;
}

constexpr std::size_t longest_signature = 8;

/// A file of which enough is read to know its kind.
BegunFile begun(const std::filesystem::path& path) {
  BegunFile file(path);
  file.read_to(longest_signature);
  if (file.bytes.empty()) throw bad_input(file.name + " is empty");
  return file;
}

}  // namespace

Images read_images(const std::filesystem::path& path, const ImageSize& size) {
  assert(size.pixels > 0 && size.pixels <= max_terms &&
         (size.rows == 0 || size.rows * size.columns == size.pixels));
  BegunFile file = begun(path);
  if (is_png(file)) return read_png(file, size);
  if (is_npy(file)) return images_of(read_npy(file), file.name, size);
  if (!is_idx(file))
    throw bad_input(fmt::format(
        "{} is no file of images: it is neither IDX, nor a NumPy array (.npy), nor a PNG", file.name));
  IdxImages images = read_idx_images(file);
  require_size(file.name, images.rows, images.columns, size);
  return {images.count, std::move(images.pixels), false};
}

std::vector<std::uint8_t> read_labels(const std::filesystem::path& path, std::size_t classes) {
  BegunFile file = begun(path);
  if (is_npy(file)) return labels_of(read_npy(file), file.name, classes);
  if (!is_idx(file))
    throw bad_input(
        fmt::format("{} is no file of labels: it is neither IDX nor a NumPy array (.npy)", file.name));
  std::vector<std::uint8_t> labels = read_idx_labels(file).labels;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] >= classes) refuse_label(file.name, i, fmt::format("{}", labels[i]), classes);
  return labels;
}

}  // namespace runner
